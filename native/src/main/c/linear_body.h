/*
 * The loops of a linear layer, written once and compiled for each instruction set. The including file defines
 *
 *   V, LANES            a vector of F32 and its number of lanes
 *   LOAD, STORE, ZERO   unaligned access, a vector of zeros
 *   BROADCAST(p)        the F32 at p in all lanes
 *   FMA(a, b, c)        a b + c, rounded once
 *   LOAD_HALF(p)        LANES values of F16 at p as F32
 *   TILE_ROWS, TILE_GROUPS   the register tile: rows of activations and groups of weights
 *   LINEAR              the function's name
 */
#include "gates.h"
#include "linear.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")
#define VECTORS (GROUP / LANES)
/* Groups of a tile of one row: as many chains of fma as hide its latency. */
#define SINGLE_GROUPS 4

/*
 * sums[r][groups] += x[r][i] w[i][groups] for i = 0 … k - 1, in registers. R rows of activations lie element by element
 * (x[i][r]); R, G and half are constants of each call site.
 */
INLINE void tile(const int R, const int G, const int half, const char *w, int64_t group_bytes, const float *x, int64_t k,
                 float *sums, int fresh) {
    V acc[TILE_ROWS][SINGLE_GROUPS * VECTORS]; /* constant sizes, so that they become registers */
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int j = 0; j < G * VECTORS; j++) {
            acc[r][j] = fresh ? ZERO : LOAD(sums + r * (BLOCK_GROUPS * GROUP) + j * LANES);
        }
    }
    for (int64_t i = 0; i < k; i++) {
        V wv[SINGLE_GROUPS * VECTORS];
        UNROLL for (int j = 0; j < G * VECTORS; j++) {
            const char *at = w + (j / VECTORS) * group_bytes;
            int64_t e = i * GROUP + (j % VECTORS) * LANES;
            wv[j] = half ? LOAD_HALF(at + 2 * e) : LOAD((const float *)(at + 4 * e));
        }
        UNROLL for (int r = 0; r < R; r++) {
            V b = BROADCAST(x + i * R + r);
            UNROLL for (int j = 0; j < G * VECTORS; j++) {
                acc[r][j] = FMA(b, wv[j], acc[r][j]);
            }
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int j = 0; j < G * VECTORS; j++) {
            STORE(sums + r * (BLOCK_GROUPS * GROUP) + j * LANES, acc[r][j]);
        }
    }
}

/* The largest tile that so many rows fill. */
static int tile_rows(int64_t rows) {
    return rows >= TILE_ROWS ? TILE_ROWS : rows >= 8 && TILE_ROWS > 8 ? 8 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
}

#define TILE(R, G) tile(R, G, 0, (const char *)w, group_bytes, x + r * k, k, sums + r * (BLOCK_GROUPS * GROUP), fresh)

/* All rows of a block with G groups of F32 weights. */
INLINE void tiles(const int G, const float *w, int64_t group_bytes, const float *x, int64_t rows, int64_t k, float *sums,
                  int fresh) {
    int64_t r = 0;
    for (; r + TILE_ROWS <= rows; r += TILE_ROWS) {
        TILE(TILE_ROWS, G);
    }
    while (r < rows) {
        int n = tile_rows(rows - r);
        switch (n) {
#if TILE_ROWS > 8
        case 8:
            TILE(8, G);
            break;
#endif
        case 4:
            TILE(4, G);
            break;
        case 2:
            TILE(2, G);
            break;
        default:
            TILE(1, G);
        }
        r += n;
    }
}

/* Activations of a block, each tile's rows side by side. */
static void pack(const char *x, int64_t stride, int64_t rows, int64_t k, float *to) {
    for (int64_t r = 0; r < rows;) {
        int n = tile_rows(rows - r);
        for (int j = 0; j < n; j++) {
            const float *row = (const float *)(x + (r + j) * stride);
            for (int64_t i = 0; i < k; i++) {
                to[r * k + i * n + j] = row[i];
            }
        }
        r += n;
    }
}

/* Groups of F16 weights as F32. */
static void decode(const char *w, int64_t group_bytes, int64_t groups, int64_t k, float *to) {
    for (int64_t g = 0; g < groups; g++) {
        for (int64_t e = 0; e < k * GROUP; e += LANES) {
            STORE(to + g * k * GROUP + e, LOAD_HALF(w + g * group_bytes + 2 * e));
        }
    }
}

/* One row: the weights are read once, in the order of memory. */
static void single(const struct linear *s, const char *w, int64_t group_bytes, const float *x, int64_t groups,
                   float *sums) {
    int64_t g = 0;
    for (; g + SINGLE_GROUPS <= groups; g += SINGLE_GROUPS) {
        if (s->half) {
            tile(1, SINGLE_GROUPS, 1, w + g * group_bytes, group_bytes, x, s->k, sums + g * GROUP, 1);
        } else {
            tile(1, SINGLE_GROUPS, 0, w + g * group_bytes, group_bytes, x, s->k, sums + g * GROUP, 1);
        }
    }
    for (; g < groups; g++) {
        if (s->half) {
            tile(1, 1, 1, w + g * group_bytes, group_bytes, x, s->k, sums + g * GROUP, 1);
        } else {
            tile(1, 1, 0, w + g * group_bytes, group_bytes, x, s->k, sums + g * GROUP, 1);
        }
    }
}

/* Sums of a block of rows and groups: by pieces of k, so that activations and a panel of weights stay in the cache. */
static void product(const struct linear *s, const char *w, const char *x, int64_t rows, int64_t groups, float *sums,
                    struct linear_scratch *scratch) {
    int64_t element = s->half ? 2 : 4;
    int64_t group_bytes = s->k * GROUP * element;
    if (rows == 1) {
        single(s, w, group_bytes, (const float *)x, groups, sums);
        return;
    }
    for (int64_t k0 = 0; k0 < s->k; k0 += BLOCK_K) {
        int64_t k = s->k - k0 < BLOCK_K ? s->k - k0 : BLOCK_K;
        pack(x + 4 * k0, s->x_stride, rows, k, scratch->x);
        for (int64_t g = 0; g < groups;) {
            int64_t n = groups - g < TILE_GROUPS ? 1 : TILE_GROUPS;
            const char *panel = w + g * group_bytes + k0 * GROUP * element;
            int64_t stride = group_bytes;
            if (s->half) {
                decode(panel, group_bytes, n, k, scratch->panel);
                panel = (const char *)scratch->panel;
                stride = k * GROUP * 4;
            }
            if (n == TILE_GROUPS) {
                tiles(TILE_GROUPS, (const float *)panel, stride, scratch->x, rows, k, sums + g * GROUP, k0 == 0);
            } else {
                tiles(1, (const float *)panel, stride, scratch->x, rows, k, sums + g * GROUP, k0 == 0);
            }
            g += n;
        }
    }
}

/* A row of sums to the output. The residual may be the output's memory. */
static void finish(const float *sums, const float *bias, const float *residual, float *y, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        float v = sums[i];
        if (bias) {
            v += bias[i];
        }
        if (residual) {
            v += residual[i];
        }
        y[i] = v;
    }
}

void LINEAR(LINEAR_ARGS) {
    int64_t group_bytes = s->k * GROUP * (s->half ? 2 : 4);
    /* Blocks of about the same number of rows, whole tiles each. */
    int64_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    int64_t each = blocks == 0 ? 1 : (rows + blocks - 1) / blocks;
    each = each == 1 ? 1 : (each + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
    for (int64_t r0 = 0; r0 < rows; r0 += each) {
        int64_t block = rows - r0 < each ? rows - r0 : each;
        for (int64_t g0 = first; g0 < last; g0 += BLOCK_GROUPS) {
            int64_t groups = last - g0 < BLOCK_GROUPS ? last - g0 : BLOCK_GROUPS;
            const char *rows_x = x + r0 * s->x_stride;
            product(s, w + g0 * group_bytes, rows_x, block, groups, scratch->sums[0], scratch);
            if (w2) {
                product(s, w2 + g0 * group_bytes, rows_x, block, groups, scratch->sums[1], scratch);
            }
            int64_t j = g0 * GROUP;
            int64_t n = s->n - j < groups * GROUP ? s->n - j : groups * GROUP;
            for (int64_t r = 0; r < block; r++) {
                const float *sums = scratch->sums[0] + r * (BLOCK_GROUPS * GROUP);
                float *to = (float *)(y + (r0 + r) * s->y_stride) + j;
                if (w2) {
                    gate(s->activation, sums, scratch->sums[1] + r * (BLOCK_GROUPS * GROUP), to, n);
                } else {
                    finish(sums, bias ? bias + j : 0,
                           residual ? (const float *)(residual + (r0 + r) * s->residual_stride) + j : 0, to, n);
                }
            }
        }
    }
}
