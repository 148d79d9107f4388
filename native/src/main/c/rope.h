/*
 * Rotation of heads, as dev.tegula.kernel.ref.HeadRotation has it, and the KV cache's writes. With cosine c and sine s of
 * a pair's angle,
 *
 *   y0 = fma(x0, c, -(x1 * s))        y1 = fma(x0, s, x1 * c)
 *
 * and the elements of a head past dims as they are.
 */
#ifndef TEGULA_ROPE_H
#define TEGULA_ROPE_H

#include "gates.h"
#include "kv.h"

/* What does not change from call to call; Java writes it (RopeKernel), all fields as long. Strides are in bytes. */
struct rope {
    int64_t heads;
    int64_t kv_heads;
    int64_t head_size;
    int64_t dims;         /* elements of a head that are turned */
    int64_t halves;       /* pairs are (i, i + dims/2), else (2i, 2i + 1) */
    int64_t kind;         /* the cache's format */
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
            kv_write(s->kind, from_k, from_v, keys, values, slot, s->head_size);
        }
    }
}

#endif
