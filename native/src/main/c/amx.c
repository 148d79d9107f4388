/* The kernels for AVX-512 with VNNI and AMX-int8. */
#include "simd_avx512.h"

#define AMX
#define NAME(f) f##_amx

#include "kernels.h"
