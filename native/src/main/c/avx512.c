/* The kernels for AVX-512 F, BW, DQ, VL and VNNI. */
#include "simd_avx512.h"

#define NAME(f) f##_avx512

#include "kernels.h"
