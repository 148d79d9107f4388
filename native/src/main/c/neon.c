/* The kernels for AArch64 with dot products of bytes. */
#include "simd_neon.h"

#define NAME(f) f##_neon

#include "kernels.h"
