/* The kernels for AArch64 with dot products and matrix products of bytes. */
#include "simd_neon.h"

#define NAME(f) f##_i8mm

#include "kernels.h"
