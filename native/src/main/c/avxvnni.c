/* The kernels for AVX2, FMA, F16C and AVX-VNNI. */
#include "simd_avx2.h"

#define NAME(f) f##_avxvnni

#include "kernels.h"
