/* The kernels for AVX2, FMA and F16C. */
#include "simd_avx2.h"

#define NAME(f) f##_avx2

#include "kernels.h"
