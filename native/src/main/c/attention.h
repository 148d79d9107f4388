/*
 * Attention in one pass over the KV blocks; dev.tegula.kernel.ref.RefAttention states the order of every sum.
 *
 * A query is one head of one row. The queries of a sequence that share a KV head are counted row by row; a unit of work
 * is a run of them. A KV block is read from memory once per unit, and from the nearest cache once per register tile:
 *
 *     for each KV block that any query of the unit sees, for each tile of queries:
 *         s[query][32 positions]     lanes over positions: the cache has keys as [headSize][32]
 *         soft cap, ALiBi            as dev.tegula.kernel.Scoring has them
 *         p, maximum, sum            of each query
 *         part[query][headSize]      lanes over the head: the cache has values as [32][headSize]
 *     at the end of a segment: total = merge(total, part)
 *     at the end of the context: total = merge(total, sink)
 *
 * Slots that a query does not see may hold anything, NaN too: blocks at the end of what a query sees, and at the start
 * of its window, go through tiles that pass over such positions.
 */
#ifndef TEGULA_ATTENTION_H
#define TEGULA_ATTENTION_H

#include "attention_unit.h"

/* Positions of a block. */
static const int32_t att_index[KV_BLOCK] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                            16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

/* What follows the scale: soft cap and bias of a tile's scores with the block whose first position is base. */
static void att_bend(const struct att_work *w, int tile, int32_t base) {
    float *p = w->m->p;
    float cap = w->s->soft_cap;
    for (int i = 0; cap != 0.0f && i < w->rows * KV_BLOCK; i += LANES) {
        VF x = vf_div(vf_load(p + i), vf_all(cap));
        vf_store(p + i, vf_mul(vf_tanh(x), vf_all(cap)));
    }
    for (int r = 0; w->s->biased && r < w->rows; r++) {
        VF slope = vf_all(w->m->slope[tile][r]);
        VI own = vi_all(w->m->last[tile][r] - base);
        for (int i = 0; i < KV_BLOCK; i += LANES) {
            float *at = p + r * KV_BLOCK + i;
            VF away = vf_of_int(vi_sub(vi_load(att_index + i), own));
            vf_store(at, vf_fma(slope, away, vf_load(at)));
        }
    }
}

/* Scores of positions that a query does not see to -infinity; what it sees to seen. */
static void att_mask(float *s, int32_t *seen, int rows, const int *from, const int *to) {
    for (int r = 0; r < rows; r++) {
        VF low = vf_all((float)from[r]);
        VF high = vf_all((float)to[r]);
        for (int i = 0; i < KV_BLOCK; i += LANES) {
            VF index = vf_of_int(vi_load(att_index + i));
            VM before = vf_less(index, low);
            VM inside = vf_less(index, high);
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
static void att_whole(struct att_work *w, int tile, int kind, const char *k, const char *v, int32_t base,
                      int64_t ahead) {
    struct attention_scratch *m = w->m;
    int64_t size = w->s->head_size;
    att_scores(w->rows, kind, k, w->q + tile * w->q_tile, size, w->s->scale, KV_BLOCK, m->p, ahead);
    att_bend(w, tile, base);
    att_softmax(m->p, w->rows, 0, 0, m->max[tile], m->sum[tile], m->scale);
    att_values(w->rows, kind, v, size, m->p, m->scale, w->part + tile * w->rows * w->stride, w->stride, ahead);
}

/* The same where some queries see only some of it. */
static void att_edge(struct att_work *w, int tile, int kind, const char *k, const char *v, int32_t base) {
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
    att_scores(w->rows, kind, k, w->q + tile * w->q_tile, size, w->s->scale, high, m->p, 0);
    att_bend(w, tile, base);
    att_mask(m->p, m->seen, w->rows, from, to);
    att_softmax(m->p, w->rows, from, to, m->max[tile], m->sum[tile], m->scale);
    att_values_seen(w->rows, kind, v, size, m->p, low, high, m->seen, m->scale,
                    w->part + tile * w->rows * w->stride, w->stride);
}

/* All tiles with one block; `ahead` is the way from it to the next. */
static void att_block(struct att_work *w, int kind, const char *k, const char *v, int32_t base, int64_t ahead) {
    for (int t = 0; t < w->tiles; t++) {
        const struct att_reach *see = &w->reach[t];
        if (see->last_low >= base + KV_BLOCK - 1 && see->first_high <= base) {
            att_whole(w, t, kind, k, v, base, t == 0 ? ahead : 0);
        } else if (see->last_high >= base && see->first_low < base + KV_BLOCK) {
            att_edge(w, t, kind, k, v, base);
        }
    }
}
/* A head's n elements of 32 keys, and of as many values after them, to F32. */
static void att_widen(int kind, const char *k, int64_t n, float *wide, int64_t ahead) {
    if (kind == KV_Q8_0) {
        float *to = wide;
        for (int64_t d = 0; d < n; d++) {
            for (int64_t i = 0; i < KV_BLOCK; i += LANES, to += LANES) {
                const char *code = k + 2 * n + d * KV_BLOCK + i;
                __builtin_prefetch(code + ahead);
                VF scale = vf_load_half(k + 2 * (d / KV_BLOCK * KV_BLOCK + i));
                vf_store(to, vf_mul(vf_load_bytes(code), scale));
            }
        }
        const char *v = k + 34 * n; /* 2 bytes of scales and 32 of codes */
        for (int64_t i = 0; i < KV_BLOCK; i++) {
            for (int64_t j = 0; j < n; j += LANES, to += LANES) {
                const char *code = v + 2 * n + i * n + j;
                __builtin_prefetch(code + ahead);
                vf_store(to, vf_mul(vf_load_bytes(code), vf_all(half_at(v + 2 * (j / KV_BLOCK * KV_BLOCK + i)))));
            }
        }
        return;
    }
    for (int64_t i = 0; i < 2 * (int64_t)KV_BLOCK * n; i += LANES) {
        __builtin_prefetch(k + 2 * i + ahead);
        vf_store(wide + i, kind == KV_F16 ? vf_load_half(k + 2 * i) : vf_load_bf16(k + 2 * i));
    }
}

static void att_unit(struct att_work *w, const struct attention_unit *u, const char *cache, const int32_t *table,
                     char *parts) {
    const struct attention *s = w->s;
    const char *head = cache + s->layer + 2 * s->head_bytes * u->kv_head;
    int last = w->high / KV_BLOCK;
    int start = w->low / KV_BLOCK;
    if (u->segment >= 0) {
        start = MAX(start, u->segment * KV_SEGMENT);
        last = MIN(last, u->segment * KV_SEGMENT + KV_SEGMENT - 1);
    }
    for (int b = start; b <= last; b++) {
        if (b == start || b % KV_SEGMENT == 0) {
            att_segment(w);
        }
        const char *k = head + table[b] * s->block_bytes;
        int64_t ahead = b < last ? head + table[b + 1] * s->block_bytes - k : 0;
        const char *v = k + s->head_bytes;
        int kind = s->kind;
        if (kind != KV_F32 && w->tiles > 2) { /* else it costs less to convert on each load */
            att_widen(kind, k, s->head_size, w->wide, ahead);
            kind = KV_F32;
            ahead = 0;
            k = (const char *)w->wide;
            v = (const char *)(w->wide + (int64_t)KV_BLOCK * s->head_size);
        }
        att_block(w, kind, k, v, b * KV_BLOCK, ahead);
        if (b == last || (b + 1) % KV_SEGMENT == 0) {
            if (u->segment >= 0) {
                att_parts(w, parts + u->part);
            } else {
                att_merge(w, b / KV_SEGMENT * (KV_SEGMENT * KV_BLOCK), b * KV_BLOCK + KV_BLOCK - 1);
            }
        }
    }
}

/*
 * Computes the units that lie in scratch: of those with a segment its parts, of the others results. Rows and tables are the
 * batch's: 4 words per row, position in the second. Sinks are one per query head, or null.
 */
EXPORT void NAME(tegula_attention)(const struct attention *s, const char *q, const char *cache, const float *sinks,
                                   char *y, char *parts, const int32_t *rows, const int32_t *tables,
                                   int64_t table_length, struct attention_scratch *scratch, int64_t units) {
    struct att_work w;
    w.s = s;
    w.m = scratch;
    for (int64_t i = 0; i < units; i++) {
        const struct attention_unit *u = &scratch->units[i];
        att_begin(&w, u, q, rows);
        att_unit(&w, u, cache, tables + u->sequence * table_length, parts);
        if (u->segment < 0) {
            att_finish(&w, u, sinks, y);
        }
    }
}

#endif
