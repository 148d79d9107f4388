/*
 * What attention computes at a time, a unit: the queries of a sequence that share a KV head, laid out in register tiles, and
 * their sums, from the beginning of a unit over the merging of segments to its results.
 */
#ifndef TEGULA_ATTENTION_UNIT_H
#define TEGULA_ATTENTION_UNIT_H

#include "attention_tile.h"
#include "tegula.h"
#include "vmath.h"

/* KV blocks of a segment of the context. */
#define KV_SEGMENT 16
/* Queries of a unit at most: so many times a block is used once it, or its conversion to F32, is in the cache. */
#define ATT_QUERIES 96
/* Places of a tile in the arrays below: whole vectors. */
#define ATT_PLACES 16
#define ATT_TILES (ATT_QUERIES / ATT_ROWS)
/* Bytes of a part before its values. */
#define ATT_PART_HEADER 64
/* Units of one call at most. */
#define ATT_UNITS 64

/* What does not change from call to call; Java writes it (AttentionCall). Offsets and strides are in bytes. */
struct attention {
    int64_t q_stride;
    int64_t y_stride;
    int64_t layer;       /* the layer's first block in the pool */
    int64_t block_bytes; /* from one block to the next */
    int64_t head_bytes;  /* of one head's keys, or values, in a block */
    int32_t head_size;
    int32_t group;  /* query heads per KV head */
    int32_t window; /* positions that a query sees, 0 for all before it */
    int32_t kind;   /* the cache's format */
    float scale;
    float soft_cap; /* 0 for none */
    int32_t biased; /* whether there are slopes other than 0 */
    int32_t unused;
    float slopes[]; /* of all query heads */
};

/* Queries of one sequence and one KV head; of one row where a segment of the context is computed by itself. */
struct attention_unit {
    int32_t sequence;
    int32_t row;     /* the sequence's first in the batch */
    int32_t first;   /* first query, counted from that row's first */
    int32_t count;   /* 1 … ATT_QUERIES */
    int32_t kv_head;
    int32_t segment; /* -1 for all */
    int64_t part;    /* byte offset of the first query's part (dev.tegula.kernel.AttentionPart) where there is a segment */
};

/* A worker's memory; Java writes the units (AttentionCall) and allocates floats after it: see att_begin. */
struct attention_scratch {
    struct attention_unit units[ATT_UNITS];
    float p[ATT_ROWS * KV_BLOCK];
    int32_t seen[ATT_ROWS * KV_BLOCK];            /* 0 where a query does not see a position */
    float scale[ATT_PLACES];                      /* of the sums before a block */
    float max[ATT_TILES][ATT_PLACES];             /* of the segment at hand */
    float sum[ATT_TILES][ATT_PLACES];
    float total_max[ATT_TILES][ATT_PLACES];       /* of the segments before it */
    float total_sum[ATT_TILES][ATT_PLACES];
    int32_t merged[ATT_TILES][ATT_PLACES];        /* whether there were any */
    int32_t first[ATT_TILES][ATT_PLACES];         /* positions that a query sees */
    int32_t last[ATT_TILES][ATT_PLACES];
    float slope[ATT_TILES][ATT_PLACES];
    _Alignas(64) float heads[];
};

/* Java allocates so much (AttentionCall.HEADER_BYTES), and 3 x 96 heads, and a block as F32. */
_Static_assert(sizeof(struct attention_scratch) <= 16 * 1024, "scratch memory");

/* First and last positions that a tile's queries see: the lowest and the highest. */
struct att_reach {
    int32_t first_low, first_high, last_low, last_high;
};

/* A unit at work. */
struct att_work {
    const struct attention *s;
    struct attention_scratch *m;
    int64_t stride;  /* floats from one query's sums to the next's */
    int tiles;
    int rows;        /* queries of a tile, the last one's places past the unit's end included */
    int count;       /* queries of the unit */
    int used;        /* queries of every tile but the last */
    float *q;        /* [tile][headSize / ATT_CHUNK][rows][ATT_CHUNK] */
    int64_t q_tile;  /* floats of a tile of it */
    float *part;     /* [tile][rows][stride] */
    float *total;
    float *wide;     /* keys and values of a block as F32 */
    struct att_reach reach[ATT_TILES];
    int32_t low;     /* positions that any query sees */
    int32_t high;
};

/* Queries of a tile. */
INLINE int att_used(const struct att_work *w, int tile) {
    return MIN(w->used, w->count - tile * w->used);
}

/* Begins a segment. */
static void att_segment(struct att_work *w) {
    for (int t = 0; t < w->tiles; t++) {
        for (int r = 0; r < w->rows; r++) {
            w->m->max[t][r] = -__builtin_inff();
            w->m->sum[t][r] = 0.0f;
        }
    }
    for (int64_t i = 0; i < w->stride * w->tiles * w->rows; i += LANES) {
        vf_store(w->part + i, vf_zero());
        __asm__("" ::: "memory"); /* or the compiler may call memset, which is slow for so little */
    }
}

/* A query's elements to its place in a tile, whose chunks are `step` apart. */
static void att_query(float *to, int64_t step, const float *from, int64_t n) {
    for (int64_t chunk = 0; chunk < n; chunk += ATT_CHUNK, to += step, from += ATT_CHUNK) {
        int64_t size = MIN(ATT_CHUNK, n - chunk);
        int64_t d = 0;
        for (; d + LANES <= size; d += LANES) {
            vf_store(to + d, vf_load(from + d));
        }
        for (; d < size; d++) {
            to[d] = from[d];
        }
    }
}

/* Lays a unit's queries out in tiles. Places past the last query repeat it, so that tiles need no other case. */
static void att_begin(struct att_work *w, const struct attention_unit *u, const char *q, const int32_t *rows) {
    const struct attention *s = w->s;
    struct attention_scratch *m = w->m;
    w->count = u->count;
    w->tiles = (u->count + ATT_ROWS - 1) / ATT_ROWS;
    w->used = (u->count + w->tiles - 1) / w->tiles;
    w->rows = att_tile_rows(w->used);
    w->stride = (s->head_size + 15) / 16 * 16;
    w->q = m->heads;
    w->q_tile = (s->head_size + ATT_CHUNK - 1) / ATT_CHUNK * ATT_CHUNK * w->rows;
    w->part = w->q + w->q_tile * w->tiles;
    w->total = w->part + ATT_QUERIES * w->stride;
    w->wide = w->total + ATT_QUERIES * w->stride;
    w->low = INT32_MAX;
    w->high = 0;
    for (int t = 0; t < w->tiles; t++) {
        struct att_reach see = {INT32_MAX, 0, INT32_MAX, 0};
        for (int r = 0; r < w->rows; r++) {
            int query = u->first + MIN(t * w->used + MIN(r, w->used - 1), u->count - 1);
            int row = u->row + query / s->group;
            int head = u->kv_head * s->group + query % s->group;
            const float *from = (const float *)(q + row * s->q_stride) + (int64_t)head * s->head_size;
            att_query(w->q + t * w->q_tile + r * ATT_CHUNK, ATT_CHUNK * w->rows, from, s->head_size);
            int32_t last = rows[4 * (int64_t)row + 1];
            int32_t first = s->window && last >= s->window ? last - s->window + 1 : 0;
            m->last[t][r] = last;
            m->first[t][r] = first;
            m->slope[t][r] = s->slopes[head];
            m->merged[t][r] = 0;
            see.first_low = MIN(see.first_low, first);
            see.first_high = MAX(see.first_high, first);
            see.last_low = MIN(see.last_low, last);
            see.last_high = MAX(see.last_high, last);
        }
        w->reach[t] = see;
        w->low = MIN(w->low, see.first_low);
        w->high = MAX(w->high, see.last_high);
    }
}
/* Ends a segment of positions low … high: merges its sums into the totals of the queries that saw some of it. */
static void att_merge(struct att_work *w, int32_t low, int32_t high) {
    struct attention_scratch *m = w->m;
    for (int t = 0; t < w->tiles; t++) {
        for (int r = 0; r < att_used(w, t); r++) {
            if (m->last[t][r] < low || m->first[t][r] > high) {
                continue;
            }
            const float *part = w->part + (t * w->rows + r) * w->stride;
            float *total = w->total + (t * w->rows + r) * w->stride;
            float max = m->max[t][r];
            float before = m->total_max[t][r];
            float larger = max > before ? max : before;
            float scale[ATT_PLACES] = {before - larger, max - larger};
            vf_store(scale, vf_exp(vf_load(scale)));
            int merged = m->merged[t][r];
            for (int64_t d = 0; d < w->stride; d += LANES) {
                VF x = vf_load(part + d);
                VF old = merged ? vf_mul(vf_load(total + d), vf_all(scale[0])) : x;
                vf_store(total + d, merged ? vf_fma(x, vf_all(scale[1]), old) : x);
            }
            float sum = m->sum[t][r];
            m->total_sum[t][r] = merged ? __builtin_fmaf(sum, scale[1], m->total_sum[t][r] * scale[0]) : sum;
            m->total_max[t][r] = merged ? larger : max;
            m->merged[t][r] = 1;
        }
    }
}

/* Writes what a segment adds to a unit's queries, one part after the other. */
static void att_parts(const struct att_work *w, char *parts) {
    for (int t = 0; t < w->tiles; t++) {
        for (int r = 0; r < att_used(w, t); r++) {
            float *to = (float *)(parts + (t * w->used + r) * (ATT_PART_HEADER + 4 * w->stride));
            to[0] = w->m->max[t][r];
            to[1] = w->m->sum[t][r];
            to += ATT_PART_HEADER / 4;
            for (int64_t d = 0; d < w->stride; d += LANES) {
                vf_store(to + d, vf_load(w->part + (t * w->rows + r) * w->stride + d));
            }
        }
    }
}

/* Merges a sink into a query's totals; gives the sum. */
static float att_sink(float *total, int64_t stride, float max, float sum, float sink) {
    float larger = sink > max ? sink : max;
    float scale[ATT_PLACES] = {max - larger, sink - larger};
    vf_store(scale, vf_exp(vf_load(scale)));
    for (int64_t d = 0; d < stride; d += LANES) {
        vf_store(total + d, vf_mul(vf_load(total + d), vf_all(scale[0])));
    }
    return sum * scale[0] + scale[1];
}

/* The results of a unit; sinks may be null. */
static void att_finish(const struct att_work *w, const struct attention_unit *u, const float *sinks, char *y) {
    const struct attention *s = w->s;
    for (int t = 0; t < w->tiles; t++) {
        for (int r = 0; r < att_used(w, t); r++) {
            int query = u->first + t * w->used + r;
            int row = u->row + query / s->group;
            int head = u->kv_head * s->group + query % s->group;
            float *total = w->total + (t * w->rows + r) * w->stride;
            float *to = (float *)(y + row * s->y_stride) + (int64_t)head * s->head_size;
            float sum = w->m->total_sum[t][r];
            if (sinks) {
                sum = att_sink(total, w->stride, w->m->total_max[t][r], sum, sinks[head]);
            }
            for (int64_t d = 0; d < s->head_size; d++) {
                to[d] = total[d] / sum;
            }
        }
    }
}

#endif
