/*
 * Rotation of heads and the KV cache's writes, as dev.tegula.kernel.ref.HeadRotation and dev.tegula.kernel.CacheWriter
 * have them. With cosine c and sine s of a pair's angle,
 *
 *   y0 = fma(x0, c, -(x1 * s))        y1 = fma(x0, s, x1 * c)
 *
 * and the elements of a head past dims as they are. A KV block holds, for each head, the keys of 32 positions transposed
 * and their values (dev.tegula.kv.KvLayout):
 *
 *   keys    k[0] of positions 0 ... 31 | k[1] of positions 0 ... 31 | ...
 *   values  v of position 0 | v of position 1 | ...
 */
#ifndef TEGULA_ROPE_H
#define TEGULA_ROPE_H

#include "gates.h"
#include "tegula.h"

/* Elements of a key that are rounded to F16 together. */
#define HALVES 64

/* What does not change from call to call; Java writes it (RopeKernel), all fields as long. Strides are in bytes. */
struct rope {
    int64_t heads;
    int64_t kv_heads;
    int64_t head_size;
    int64_t dims;         /* elements of a head that are turned */
    int64_t halves;       /* pairs are (i, i + dims/2), else (2i, 2i + 1) */
    int64_t half;         /* the cache is F16, else F32 */
    int64_t q_stride;
    int64_t k_stride;
    int64_t v_stride;
    int64_t table_stride;
    int64_t y_stride;
    int64_t layer_offset; /* of the layer's part in the pool */
    int64_t block_bytes;  /* of the layer's part of one KV block */
    int64_t head_bytes;   /* of one head's keys, or values, in one block */
};

/* A row of the batch (dev.tegula.kernel.Batch). */
struct batch_row {
    int32_t token, position, sequence, output;
};

/* In a loop that copies: else the compiler may call memcpy, which is slow for so little. */
#define NO_MEMCPY __asm__ volatile("")

INLINE void copy(const float *x, float *y, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf_store(y + i, vf_load(x + i));
        NO_MEMCPY;
    }
    for (; i < n; i++) {
        y[i] = x[i];
        NO_MEMCPY;
    }
}

/* Turns heads first ... last - 1 of a row by a row of the table; y may be x. */
INLINE void turn(const struct rope *s, const float *x, float *y, const float *table, int64_t first, int64_t last) {
    int64_t pairs = s->dims / 2;
    const float *sines = table + pairs;
    for (int64_t h = first; h < last; h++) {
        const float *from = x + h * s->head_size;
        float *to = y + h * s->head_size;
        if (s->halves) {
            INDEPENDENT
            for (int64_t i = 0; i < pairs; i++) {
                float x0 = from[i];
                float x1 = from[pairs + i];
                to[i] = __builtin_fmaf(x0, table[i], -(x1 * sines[i]));
                to[pairs + i] = __builtin_fmaf(x0, sines[i], x1 * table[i]);
            }
        } else {
            INDEPENDENT
            for (int64_t i = 0; i < pairs; i++) {
                float x0 = from[2 * i];
                float x1 = from[2 * i + 1];
                to[2 * i] = __builtin_fmaf(x0, table[i], -(x1 * sines[i]));
                to[2 * i + 1] = __builtin_fmaf(x0, sines[i], x1 * table[i]);
            }
        }
        if (from != to) {
            copy(from + s->dims, to + s->dims, s->head_size - s->dims);
        }
    }
}

INLINE void write_floats(const float *k, const float *v, float *keys, float *values, int64_t size) {
    for (int64_t d = 0; d < size; d++) {
        keys[d * KV_BLOCK] = k[d];
    }
    copy(v, values, size);
}

/* Rounds n <= HALVES elements to F16; y has room for HALVES. */
INLINE void round_halves(const float *x, uint16_t *y, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf_store_half(y + i, vf_load(x + i));
    }
    if (i < n) {
        float rest[LANES] = {0};
        copy(x + i, rest, n - i);
        vf_store_half(y + i, vf_load(rest));
    }
}

INLINE void write_halves(const float *k, const float *v, uint16_t *keys, uint16_t *values, int64_t size) {
    uint16_t part[HALVES];
    for (int64_t at = 0; at < size; at += HALVES) {
        int64_t n = MIN(HALVES, size - at);
        round_halves(k + at, part, n);
        for (int64_t d = 0; d < n; d++) {
            keys[(at + d) * KV_BLOCK] = part[d];
        }
    }
    int64_t d = 0;
    for (; d + LANES <= size; d += LANES) {
        vf_store_half(values + d, vf_load(v + d));
    }
    if (d < size) {
        round_halves(v + d, part, size - d);
        for (int64_t j = 0; d + j < size; j++) {
            values[d + j] = part[j];
            NO_MEMCPY;
        }
    }
}

/*
 * Turns q into y where q is not null; stores k and v where the cache is not null, k turned where the table is not null
 * (in its own memory). Computes units first ... last - 1: unit u is the u % pieces-th part of the heads of row u / pieces.
 */
EXPORT void NAME(tegula_rope)(const struct rope *s, const struct batch_row *rows, const int32_t *tables,
                              int64_t max_blocks, const char *q, char *k, const char *v, const char *table, char *cache,
                              char *y, int64_t pieces, int64_t first, int64_t last) {
    for (int64_t u = first; u < last; u++) {
        int64_t row = u / pieces;
        int64_t piece = u % pieces;
        int64_t position = rows[row].position;
        const float *angles = (const float *)(table + position * s->table_stride);
        if (q) {
            turn(s, (const float *)(q + row * s->q_stride), (float *)(y + row * s->y_stride), angles,
                 s->heads * piece / pieces, s->heads * (piece + 1) / pieces);
        }
        if (!cache) {
            continue;
        }
        int64_t block = tables[rows[row].sequence * max_blocks + position / KV_BLOCK];
        int64_t slot = position % KV_BLOCK;
        int64_t end = s->kv_heads * (piece + 1) / pieces;
        float *key = (float *)(k + row * s->k_stride);
        const float *value = (const float *)(v + row * s->v_stride);
        for (int64_t h = s->kv_heads * piece / pieces; h < end; h++) {
            char *keys = cache + s->layer_offset + block * s->block_bytes + h * 2 * s->head_bytes;
            char *values = keys + s->head_bytes;
            if (table) {
                turn(s, key, key, angles, h, h + 1);
            }
            const float *from_k = key + h * s->head_size;
            const float *from_v = value + h * s->head_size;
            if (s->half) {
                write_halves(from_k, from_v, (uint16_t *)keys + slot, (uint16_t *)values + slot * s->head_size,
                             s->head_size);
            } else {
                write_floats(from_k, from_v, (float *)keys + slot, (float *)values + slot * s->head_size,
                             s->head_size);
            }
        }
    }
}

#endif
