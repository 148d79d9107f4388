/* Linear layers for AVX2, FMA and F16C: 6 rows by 16 outputs in 12 of 16 registers. */
#include <immintrin.h>

#define V __m256
#define LANES 8
#define LOAD _mm256_loadu_ps
#define STORE _mm256_storeu_ps
#define ZERO _mm256_setzero_ps()
#define BROADCAST(p) _mm256_broadcast_ss(p)
#define FMA _mm256_fmadd_ps
#define LOAD_HALF(p) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p)))
#define TILE_ROWS 6
#define TILE_GROUPS 1
#define LINEAR tegula_linear_avx2

#include "linear_body.h"
