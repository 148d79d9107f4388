/* Linear layers for AVX-512F: 12 rows by 32 outputs in 24 of 32 registers. */
#include <immintrin.h>

#define V __m512
#define LANES 16
#define LOAD _mm512_loadu_ps
#define STORE _mm512_storeu_ps
#define ZERO _mm512_setzero_ps()
#define BROADCAST(p) _mm512_set1_ps(*(p))
#define FMA _mm512_fmadd_ps
#define LOAD_HALF(p) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define TILE_ROWS 12
#define TILE_GROUPS 2
#define LINEAR tegula_linear_avx512

#include "linear_body.h"
