/*
 * The register tiles of attention: R queries that share a KV head, with one KV block of 32 positions. R, W and half are
 * constants of each call site, so that the sums are registers.
 */
#ifndef TEGULA_ATTENTION_TILE_H
#define TEGULA_ATTENTION_TILE_H

#include "tegula.h"

/* Queries of a tile at most, and vectors of a tile: with two loads and a broadcast they fill the registers. Tiles of
 * few queries take four vectors of the values' columns at once, so that there are enough sums to hide fma's latency. */
#if REGISTERS == 32
#define ATT_ROWS 12
#define ATT_NARROW 6
#else
#define ATT_ROWS 6
#define ATT_NARROW 2
#endif

/* Elements of a query that lie together: a constant, so that the queries of a tile are at fixed distances. */
#define ATT_CHUNK 64

/* LANES elements of the cache as F32. */
INLINE VF att_load(const int half, const char *p) {
    return half ? vf_load_half(p) : vf_load(p);
}

/*
 * s[r][i] = scale * (sum over d of q[r][d] k[d][i]), in the order of d; queries lie as [n / ATT_CHUNK][R][ATT_CHUNK].
 * Fetches what lies `ahead` of the keys on the way: the next block's. Positions `to` … 31 may be left out.
 */
INLINE void att_scores_tile(const int R, const int half, const char *k, const float *q, int64_t n, float scale, int to,
                            float *s, int64_t ahead) {
    const int bytes = half ? 2 : 4;
    for (int column = 0; column < to; column += 2 * LANES) {
        VF sum[ATT_ROWS][2];
        UNROLL for (int r = 0; r < R; r++) {
            sum[r][0] = sum[r][1] = vf_zero();
        }
        const char *at = k + column * bytes;
        for (int64_t chunk = 0; chunk < n; chunk += ATT_CHUNK) {
            const float *qd = q + chunk * R;
            for (int64_t d = chunk; d < MIN(n, chunk + ATT_CHUNK); d++) {
                __builtin_prefetch(at + ahead);
                if (2 * LANES * bytes > 64) {
                    __builtin_prefetch(at + ahead + 64);
                }
                VF k0 = att_load(half, at);
                VF k1 = att_load(half, at + LANES * bytes);
                UNROLL for (int r = 0; r < R; r++) {
                    VF b = vf_broadcast(qd + r * ATT_CHUNK);
                    sum[r][0] = vf_fma(b, k0, sum[r][0]);
                    sum[r][1] = vf_fma(b, k1, sum[r][1]);
                }
                at += KV_BLOCK * bytes;
                qd++;
            }
        }
        UNROLL for (int r = 0; r < R; r++) {
            vf_store(s + r * KV_BLOCK + column, vf_mul(sum[r][0], vf_all(scale)));
            vf_store(s + r * KV_BLOCK + column + LANES, vf_mul(sum[r][1], vf_all(scale)));
        }
    }
}

/*
 * o[r][j] = o[r][j] * c[r], then fma(p[r][i], v[i][j], o[r][j]) for positions i = from … to - 1 in order, of W vectors
 * of columns j. Rows of v are n elements apart, those of o stride. With `seen`, query r passes over the positions where
 * seen[r][i] is 0: not even a product with zero may be added, since v may be NaN and o -0.
 */
INLINE void att_values_tile(const int R, const int W, const int half, const char *v, int64_t n, const float *p,
                            int from, int to, const int32_t *seen, const float *c, float *o, int64_t stride,
                            int64_t ahead) {
    const int bytes = half ? 2 : 4;
    VF sum[ATT_ROWS][4];
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int w = 0; w < W; w++) {
            sum[r][w] = vf_mul(vf_load(o + r * stride + w * LANES), vf_broadcast(c + r));
        }
    }
    const char *at = v + from * n * bytes;
    for (int i = from; i < to; i++) {
        if (!seen) {
            UNROLL for (int line = 0; line < W * LANES * bytes; line += 64) {
                __builtin_prefetch(at + ahead + line);
            }
        }
        VF x[4];
        UNROLL for (int w = 0; w < W; w++) {
            x[w] = att_load(half, at + w * LANES * bytes);
        }
        UNROLL for (int r = 0; r < R; r++) {
            VF b = vf_broadcast(p + r * KV_BLOCK + i);
            UNROLL for (int w = 0; w < W; w++) {
                sum[r][w] = seen ? vf_fma_where(vm_broadcast(seen + r * KV_BLOCK + i), b, x[w], sum[r][w])
                                 : vf_fma(b, x[w], sum[r][w]);
            }
        }
        at += n * bytes;
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int w = 0; w < W; w++) {
            vf_store(o + r * stride + w * LANES, sum[r][w]);
        }
    }
}

/* The same for all n columns. */
INLINE void att_values_rows(const int R, const int half, const char *v, int64_t n, const float *p, int from, int to,
                            const int32_t *seen, const float *c, float *o, int64_t stride, int64_t ahead) {
    const int bytes = half ? 2 : 4;
    const int W = R <= ATT_NARROW ? 4 : 2;
    int64_t j = 0;
    for (; j + W * LANES <= n; j += W * LANES) {
        att_values_tile(R, W, half, v + j * bytes, n, p, from, to, seen, c, o + j, stride, ahead);
    }
    for (; j + LANES <= n; j += LANES) {
        att_values_tile(R, 1, half, v + j * bytes, n, p, from, to, seen, c, o + j, stride, ahead);
    }
    for (; j < n; j++) {
        for (int r = 0; r < R; r++) {
            float sum = o[r * stride + j] * c[r];
            for (int i = from; i < to; i++) {
                const char *at = v + (i * n + j) * bytes;
                float x = half ? half_at(at) : *(const float *)at;
                sum = !seen || seen[r * KV_BLOCK + i] ? __builtin_fmaf(p[r * KV_BLOCK + i], x, sum) : sum;
            }
            o[r * stride + j] = sum;
        }
    }
}

/* The smallest tile that so many queries fit in. */
static int att_tile_rows(int64_t queries) {
    return queries > 8 ? 12 : queries > 6 ? 8 : queries > 4 ? 6 : queries > 2 ? 4 : queries > 1 ? 2 : 1;
}

#if ATT_ROWS == 12
#define ATT_LARGE(CASE) CASE(12) CASE(8)
#else
#define ATT_LARGE(CASE)
#endif
#define ATT_EVERY(CASE) ATT_LARGE(CASE) CASE(6) CASE(4) CASE(2) CASE(1)

static void att_scores(int rows, int half, const char *k, const float *q, int64_t n, float scale, int to,
                       float *s, int64_t ahead) {
#define ATT_CASE(R)                                                                                                    \
    case 2 * R:                                                                                                        \
        att_scores_tile(R, 0, k, q, n, scale, to, s, ahead);                                                           \
        break;                                                                                                         \
    case 2 * R + 1:                                                                                                    \
        att_scores_tile(R, 1, k, q, n, scale, to, s, ahead);                                                           \
        break;
    switch (2 * rows + half) { ATT_EVERY(ATT_CASE) }
#undef ATT_CASE
}

/* Positions that all of a tile's queries see. */
static void att_values(int rows, int half, const char *v, int64_t n, const float *p, const float *c, float *o,
                       int64_t stride, int64_t ahead) {
#define ATT_CASE(R)                                                                                                    \
    case 2 * R:                                                                                                        \
        att_values_rows(R, 0, v, n, p, 0, KV_BLOCK, 0, c, o, stride, ahead);                                           \
        break;                                                                                                         \
    case 2 * R + 1:                                                                                                    \
        att_values_rows(R, 1, v, n, p, 0, KV_BLOCK, 0, c, o, stride, ahead);                                           \
        break;
    switch (2 * rows + half) { ATT_EVERY(ATT_CASE) }
#undef ATT_CASE
}

/* Positions that some of them see. */
static void att_values_seen(int rows, int half, const char *v, int64_t n, const float *p, int from, int to,
                            const int32_t *seen, const float *c, float *o, int64_t stride) {
#define ATT_CASE(R)                                                                                                    \
    case 2 * R:                                                                                                        \
        att_values_rows(R, 0, v, n, p, from, to, seen, c, o, stride, 0);                                               \
        break;                                                                                                         \
    case 2 * R + 1:                                                                                                    \
        att_values_rows(R, 1, v, n, p, from, to, seen, c, o, stride, 0);                                               \
        break;
    switch (2 * rows + half) { ATT_EVERY(ATT_CASE) }
#undef ATT_CASE
}

#endif
