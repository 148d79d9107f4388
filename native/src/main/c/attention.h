/*
 * Attention in one pass over the KV blocks; dev.tegula.kernel.ref.RefAttention states the order of every sum.
 *
 * A query is one head of one row. The queries of a sequence that share a KV head are counted row by row; a unit of work
 * is a run of them. A KV block is read from memory once per unit, and from the nearest cache once per register tile:
 *
 *     for each KV block that any query of the unit sees, for each tile of queries:
 *         s[query][32 positions]     lanes over positions: the cache has keys as [headSize][32]
 *         p, maximum, sum            of each query
 *         part[query][headSize]      lanes over the head: the cache has values as [32][headSize]
 *     at the end of a segment: total = merge(total, part)
 *
 * Slots that a query does not see may hold anything, NaN too: blocks at the end of what a query sees, and at the start
 * of its window, go through tiles that pass over such positions.
 */
#ifndef TEGULA_ATTENTION_H
#define TEGULA_ATTENTION_H

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
    int32_t half;   /* 0: the cache is F32, 1: F16 */
    float scale;
    int32_t unused;
};

/* Queries of one sequence and one KV head. */
struct attention_unit {
    int32_t sequence;
    int32_t row;     /* the sequence's first in the batch */
    int32_t first;   /* first query, counted from that row's first */
    int32_t count;   /* 1 … ATT_QUERIES */
    int32_t kv_head;
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

/* Scores of positions that a query does not see to -infinity; what it sees to seen. */
static void att_mask(float *s, int32_t *seen, int rows, const int *from, const int *to) {
    static const float index[KV_BLOCK] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                          16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
    for (int r = 0; r < rows; r++) {
        VF low = vf_all((float)from[r]);
        VF high = vf_all((float)to[r]);
        for (int i = 0; i < KV_BLOCK; i += LANES) {
            VM before = vf_less(vf_load(index + i), low);
            VM inside = vf_less(vf_load(index + i), high);
            float *at = s + r * KV_BLOCK + i;
            VF none = vf_all(-__builtin_inff());
            vf_store(at, vf_select(before, none, vf_select(inside, vf_load(at), none)));
            VF yes = vf_of_bits(vi_all(-1));
            vf_store(seen + r * KV_BLOCK + i, vf_select(before, vf_zero(), vf_select(inside, yes, vf_zero())));
        }
    }
}

/*
 * Scores to p = exp(s - max) for a tile's queries; updates max and sum, gives the factor of the sums so far. Where `from`
 * is given, only queries with from < to see some of the block. In passes, so that the queries' chains of operations
 * overlap.
 */
static void att_softmax(float *s, int rows, const int *from, const int *to, float *max, float *sum, float *scale) {
    float fold[ATT_PLACES] = {0};
    for (int r = 0; r < rows; r++) {
        VF best = vf_load(s + r * KV_BLOCK);
        UNROLL for (int i = LANES; i < KV_BLOCK; i += LANES) {
            best = vf_max(best, vf_load(s + r * KV_BLOCK + i));
        }
        scale[r] = vf_largest(best);
    }
    UNROLL for (int r = 0; r < ATT_PLACES; r += LANES) {
        /* What a NaN does here does not matter: it makes p NaN, and with it all that follows. */
        VF before = vf_load(max + r);
        VF larger = vf_max(vf_load(scale + r), before);
        vf_store(max + r, larger);
        vf_store(scale + r, vf_exp(vf_sub(before, larger)));
    }
    for (int i = 0; i < rows * KV_BLOCK; i += 4 * LANES) {
        VF x[4];
        UNROLL for (int j = 0; j < 4; j++) {
            x[j] = vf_sub(vf_load(s + i + j * LANES), vf_all(max[(i + j * LANES) / KV_BLOCK]));
        }
        vf_exp_below(4, x);
        UNROLL for (int j = 0; j < 4; j++) {
            vf_store(s + i + j * LANES, x[j]);
        }
    }
    for (int r = 0; r < rows; r++) {
        const float *row = s + r * KV_BLOCK;
        VF half = vf_add(vf_load(row), vf_load(row + KV_BLOCK / 2));
        if (LANES == 8) {
            half = vf_add(half, vf_add(vf_load(row + 8), vf_load(row + 24)));
        }
        fold[r] = vf_fold(half);
    }
    UNROLL for (int r = 0; r < ATT_PLACES; r += LANES) {
        VF c = vf_load(scale + r);
        VF p = vf_load(fold + r);
        if (from) {
            VM sees = vf_less(vf_of_int(vi_load(from + r)), vf_of_int(vi_load(to + r)));
            c = vf_select(sees, c, vf_all(1.0f));
            p = vf_select(sees, p, vf_zero());
        }
        vf_store(scale + r, c);
        vf_store(sum + r, vf_fma(vf_load(sum + r), c, p));
    }
}

/* One tile with one block, whose first position is base and of which every query sees all. */
static void att_whole(struct att_work *w, int tile, int half, const char *k, const char *v, int64_t ahead) {
    struct attention_scratch *m = w->m;
    int64_t size = w->s->head_size;
    att_scores(w->rows, half, k, w->q + tile * w->q_tile, size, w->s->scale, KV_BLOCK, m->p, ahead);
    att_softmax(m->p, w->rows, 0, 0, m->max[tile], m->sum[tile], m->scale);
    att_values(w->rows, half, v, size, m->p, m->scale, w->part + tile * w->rows * w->stride, w->stride, ahead);
}

/* The same where some queries see only some of it. */
static void att_edge(struct att_work *w, int tile, int half, const char *k, const char *v, int32_t base) {
    struct attention_scratch *m = w->m;
    int64_t size = w->s->head_size;
    int from[ATT_PLACES] = {0};
    int to[ATT_PLACES] = {0};
    int low = KV_BLOCK;
    int high = 0;
    for (int r = 0; r < w->rows; r++) {
        from[r] = MAX(m->first[tile][r] - base, 0);
        to[r] = MIN(m->last[tile][r] + 1 - base, KV_BLOCK);
        low = MIN(low, from[r]);
        high = MAX(high, to[r]);
    }
    att_scores(w->rows, half, k, w->q + tile * w->q_tile, size, w->s->scale, high, m->p, 0);
    att_mask(m->p, m->seen, w->rows, from, to);
    att_softmax(m->p, w->rows, from, to, m->max[tile], m->sum[tile], m->scale);
    att_values_seen(w->rows, half, v, size, m->p, low, high, m->seen, m->scale,
                    w->part + tile * w->rows * w->stride, w->stride);
}

/* All tiles with one block; `ahead` is the way from it to the next. */
static void att_block(struct att_work *w, int half, const char *k, const char *v, int32_t base, int64_t ahead) {
    for (int t = 0; t < w->tiles; t++) {
        const struct att_reach *see = &w->reach[t];
        if (see->last_low >= base + KV_BLOCK - 1 && see->first_high <= base) {
            att_whole(w, t, half, k, v, t == 0 ? ahead : 0);
        } else if (see->last_high >= base && see->first_low < base + KV_BLOCK) {
            att_edge(w, t, half, k, v, base);
        }
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

/* The results of a unit. */
static void att_finish(const struct att_work *w, const struct attention_unit *u, char *y) {
    const struct attention *s = w->s;
    for (int t = 0; t < w->tiles; t++) {
        for (int r = 0; r < att_used(w, t); r++) {
            int query = u->first + t * w->used + r;
            int row = u->row + query / s->group;
            int head = u->kv_head * s->group + query % s->group;
            const float *total = w->total + (t * w->rows + r) * w->stride;
            float *to = (float *)(y + row * s->y_stride) + (int64_t)head * s->head_size;
            float sum = w->m->total_sum[t][r];
            for (int64_t d = 0; d < s->head_size; d++) {
                to[d] = total[d] / sum;
            }
        }
    }
}

static void att_unit(struct att_work *w, const struct attention_unit *u, const char *cache, const int32_t *table) {
    const struct attention *s = w->s;
    const char *head = cache + s->layer + 2 * s->head_bytes * u->kv_head;
    int last = w->high / KV_BLOCK;
    int start = w->low / KV_BLOCK;
    for (int b = start; b <= last; b++) {
        if (b == start || b % KV_SEGMENT == 0) {
            att_segment(w);
        }
        const char *k = head + table[b] * s->block_bytes;
        int64_t ahead = b < last ? head + table[b + 1] * s->block_bytes - k : 0;
        const char *v = k + s->head_bytes;
        int half = s->half;
        if (half && w->tiles > 2) { /* else it costs less to convert on each load */
            for (int64_t i = 0; i < 2 * (int64_t)KV_BLOCK * s->head_size; i += LANES) {
                __builtin_prefetch(k + 2 * i + ahead);
                vf_store(w->wide + i, vf_load_half(k + 2 * i));
            }
            half = 0;
            ahead = 0;
            k = (const char *)w->wide;
            v = (const char *)(w->wide + (int64_t)KV_BLOCK * s->head_size);
        }
        att_block(w, half, k, v, b * KV_BLOCK, ahead);
        if (b == last || (b + 1) % KV_SEGMENT == 0) {
            att_merge(w, b / KV_SEGMENT * (KV_SEGMENT * KV_BLOCK), b * KV_BLOCK + KV_BLOCK - 1);
        }
    }
}

EXPORT void NAME(tegula_attention)(const struct attention *s, const char *q, const char *cache, char *y,
                                   const int32_t *rows, const int32_t *tables, int64_t table_length,
                                   struct attention_scratch *scratch, int64_t units);

/* Computes the units that lie in scratch. Rows and tables are the batch's: 4 words per row, position in the second. */
void NAME(tegula_attention)(const struct attention *s, const char *q, const char *cache, char *y, const int32_t *rows,
                            const int32_t *tables, int64_t table_length, struct attention_scratch *scratch,
                            int64_t units) {
    struct att_work w;
    w.s = s;
    w.m = scratch;
    for (int64_t i = 0; i < units; i++) {
        const struct attention_unit *u = &scratch->units[i];
        att_begin(&w, u, q, rows);
        att_unit(&w, u, cache, tables + u->sequence * table_length);
        att_finish(&w, u, y);
    }
}

#endif
