/*
 * Linear layers with F32 and F16 weights: what one call computes.
 *
 * Weights lie in groups of 16 output rows, element by element: group g holds w[16 g + 0 … 15][0], then
 * w[16 g + 0 … 15][1], and so on. So the lanes of a vector are 16 output rows, every output element sums its products in
 * the order of k with fma, and the result has the bits of the scalar twin whatever the tile and the vector's width.
 */
#ifndef TEGULA_LINEAR_H
#define TEGULA_LINEAR_H

#include <stdint.h>

#define TEGULA_EXPORT __attribute__((visibility("default")))

/* Rows of a group. */
#define GROUP 16
/* Rows of activations, groups of weights and elements of k that are worked on together: 96 x 256 activations stay in a
 * second-level cache while 512 outputs are computed from them, so that laying them out costs little; the sums are touched
 * once per 256 elements. */
#define BLOCK_ROWS 96
#define BLOCK_GROUPS 32
#define BLOCK_K 256
/* Groups of weights decoded together at most. */
#define PANEL_GROUPS 2

/* What does not change from call to call; Java writes it (LinearKernel). Strides are in bytes. */
struct linear {
    int64_t n;               /* output elements per row */
    int64_t k;               /* elements that are summed */
    int64_t x_stride;        /* from one row of activations to the next */
    int64_t residual_stride; /* of the residual */
    int64_t y_stride;        /* of the output */
    int32_t half;            /* 0: weights are F32, 1: F16 */
    int32_t activation;      /* with two weight matrices: 0 SiLU, 1 GELU, 2 squared ReLU */
};

/* A worker's memory: sums of both weight matrices, activations by tiles, decoded weights. */
struct linear_scratch {
    float sums[2][BLOCK_ROWS * BLOCK_GROUPS * GROUP];
    float x[BLOCK_ROWS * BLOCK_K];
    float panel[PANEL_GROUPS * BLOCK_K * GROUP];
};

/* Java allocates so much (LinearKernel.SCRATCH_BYTES). */
_Static_assert(sizeof(struct linear_scratch) <= 512 * 1024, "scratch memory");

/*
 * y = W x, + bias, + residual (where they are not null); or y = f(W x) * (W2 x) where w2 is not null. Computes groups
 * first … last - 1 of all rows.
 */
#define LINEAR_ARGS                                                                                                    \
    const struct linear *s, const char *w, const char *w2, const char *x, const float *bias, const char *residual,     \
        char *y, struct linear_scratch *scratch, int64_t rows, int64_t first, int64_t last

TEGULA_EXPORT void tegula_linear_avx2(LINEAR_ARGS);
TEGULA_EXPORT void tegula_linear_avx512(LINEAR_ARGS);

#endif
