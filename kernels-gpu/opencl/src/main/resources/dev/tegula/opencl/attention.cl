// Attention in one pass with a running maximum m and sum l (the scalar twin says what is computed). A work-group has a row's
// query head, all of its segments of 512 positions or, when the context is cut, one: then its part goes to memory, and
// merge_parts makes results of parts. Options: SIZE, elements of a head; KV, the cache's format.
#define SEGMENT 512
#define PART (SIZE + 16)
#define VECTORS (SIZE / LANES)

typedef struct {
    float scale;
    int window;
    float cap;
    int biased;
} Scoring;

// LANES elements of a head's keys or values from the at-th on.
#if KV == KV_F32
#if LANES == 16
#define CACHED(head, at) vload16(0, (global const float *)(head) + (at))
#else
#define CACHED(head, at) ((global const float *)(head))[at]
#endif
#elif KV == KV_Q8_0
#if LANES == 16
#define CODES_AT(p) convert_float16(vload16(0, p))
#define KEY_SCALES(p) half_value(convert_int16(vload16(0, p)))
#else
#define CODES_AT(p) convert_float(*(p))
#define KEY_SCALES(p) half_value(*(p))
#endif
#else
#if LANES == 16
#define HALVES(head, at) convert_int16(vload16(0, (global const ushort *)(head) + (at)))
#else
#define HALVES(head, at) ((int)((global const ushort *)(head))[at])
#endif
#if KV == KV_F16
#define CACHED(head, at) half_value(HALVES(head, at))
#else
#define CACHED(head, at) AS_F(HALVES(head, at) << 16)
#endif
#endif

// LANES keys, element d of positions i, i + 1, ...
F key_at(global const char *head, int d, int i) {
#if KV == KV_Q8_0
    return KEY_SCALES((global const ushort *)head + d / 32 * 32 + i) * CODES_AT(head + 2 * SIZE + d * BLOCK + i);
#else
    return CACHED(head, d * BLOCK + i);
#endif
}

// LANES values of position i, elements d, d + 1, ... of which 32 share a scale.
F value_at(global const char *head, int i, int d) {
#if KV == KV_Q8_0
    I scale = ((global const ushort *)head)[d / 32 * 32 + i];
    return half_value(scale) * CODES_AT(head + 2 * SIZE + i * SIZE + d);
#else
    return CACHED(head, i * SIZE + d);
#endif
}

// The same for one element, where a head is no whole number of vectors.
float single_value(global const char *head, int i, int d) {
#if KV == KV_F32
    return ((global const float *)head)[i * SIZE + d];
#elif KV == KV_F16
    return vload_half(i * SIZE + d, (global const half *)head);
#elif KV == KV_BF16
    return as_float((uint)((global const ushort *)head)[i * SIZE + d] << 16);
#else
    return 0;
#endif
}

// Scores of a block's positions, those outside from ... to - 1 being -infinity.
void scores(global const float *q, global const char *keys, SHARED float *s, int own, int from, int to, Scoring scoring,
            float slope) {
    for (int i = ITEM * LANES; i < BLOCK; i += ITEMS * LANES) {
        F sum = 0;
        for (int d = 0; d < SIZE; d++) {
            sum = fma((F)q[d], key_at(keys, d, i), sum);
        }
#if LANES == 16
        vstore16(sum, 0, s + i);
#else
        s[i] = sum;
#endif
        for (int j = i; j < i + LANES; j++) {
            float v = s[j] * scoring.scale;
            v = scoring.cap == 0.0f ? v : tanh_of(v / scoring.cap) * scoring.cap;
            v = scoring.biased ? fma(slope, (float)(j - own), v) : v;
            s[j] = j >= from && j < to ? v : -INFINITY;
        }
    }
}

// Sum of 32 weights by halves.
float fold32(SHARED const float *p) {
    float sums[16];
    for (int i = 0; i < 16; i++) {
        sums[i] = p[i] + p[i + 16];
    }
    for (int i = 0; i < 8; i++) {
        sums[i] += sums[i + 8];
    }
    for (int i = 0; i < 4; i++) {
        sums[i] += sums[i + 4];
    }
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

void add_values(global const char *values, SHARED const float *p, SHARED float *o, float c, int from, int to) {
    for (int v = ITEM; v < VECTORS; v += ITEMS) {
#if LANES == 16
        F sum = vload16(v, o) * c;
#else
        F sum = o[v] * c;
#endif
        for (int i = from; i < to; i++) {
            sum = fma((F)p[i], value_at(values, i, v * LANES), sum);
        }
#if LANES == 16
        vstore16(sum, v, o);
#else
        o[v] = sum;
#endif
    }
    for (int d = VECTORS * LANES + ITEM; d < SIZE; d += ITEMS) {
        float sum = o[d] * c;
        for (int i = from; i < to; i++) {
            sum = fma(p[i], single_value(values, i, d), sum);
        }
        o[d] = sum;
    }
}

// Merges a part of maximum m and sum l into that of the segments before; returns the factors of the values of both.
float2 merge(float *total, float *sum, float m, float l) {
    float larger = m > *total ? m : *total;
    float a = exp_of(*total - larger);
    float b = exp_of(m - larger);
    *total = larger;
    *sum = fma(l, b, *sum * a);
    return (float2)(a, b);
}

// Adds a sink s; returns the factor of the values.
float add_sink(float total, float *sum, float s) {
    float larger = s > total ? s : total;
    float a = exp_of(total - larger);
    *sum = *sum * a + exp_of(s - larger);
    return a;
}

kernel void attention(global const char *q, long qo, global const char *cache, global const char *sinks, long so,
                      global char *y, long yo, int heads, int kvHeads, float scale, int window, float cap, int biased,
                      int sunk, global const float *slopes, global const int *batch, global const int *tables,
                      int perSequence, int cut, global float *parts, int segments) {
    SHARED float s[BLOCK];
    SHARED float o[SIZE];
    SHARED float all[SIZE];
    Scoring scoring = {scale, window, cap, biased};
    int head = get_group_id(0);
    int row = get_group_id(1);
    int position = batch[4 * row + 1];
    global const int *table = tables + batch[4 * row + 2] * perSequence;
    int first = window == 0 ? 0 : max(0, position - window + 1);
    int segment = first / SEGMENT + (cut ? (int)get_group_id(2) : 0);
    int last = cut ? segment : position / SEGMENT;
    if (segment > position / SEGMENT) {
        return;
    }
    global const float *query = AT(const float, q, qo) + ((long)row * heads + head) * SIZE;
    int kvHead = head / (heads / kvHeads);
    float total = -INFINITY;
    float sum = 0;
    for (int begin = segment; segment <= last; segment++) {
        float m = -INFINITY;
        float l = 0;
        for (int d = ITEM; d < SIZE; d += ITEMS) {
            o[d] = 0;
        }
        int block = max(first / BLOCK, segment * (SEGMENT / BLOCK));
        int end = min(position / BLOCK + 1, (segment + 1) * (SEGMENT / BLOCK));
        for (; block < end; block++) {
            global const char *keys = cache + ((long)table[block] * kvHeads + kvHead) * 2 * HEAD_BYTES(SIZE);
            int base = block * BLOCK;
            int from = max(0, first - base);
            int to = min(BLOCK, position + 1 - base);
            scores(query, keys, s, position - base, from, to, scoring, slopes[head]);
            MEET;
            float larger = m;
            for (int i = 0; i < BLOCK; i++) {
                larger = s[i] > larger ? s[i] : larger;
            }
            MEET;
            for (int i = ITEM; i < BLOCK; i += ITEMS) {
                s[i] = exp_of(s[i] - larger);
            }
            MEET;
            float c = exp_of(m - larger);
            add_values(keys + HEAD_BYTES(SIZE), s, o, c, from, to);
            l = fma(l, c, fold32(s));
            m = larger;
            MEET;
        }
        if (segment == begin) {
            total = m;
            sum = l;
            for (int d = ITEM; d < SIZE; d += ITEMS) {
                all[d] = o[d];
            }
        } else {
            float2 factors = merge(&total, &sum, m, l);
            for (int d = ITEM; d < SIZE; d += ITEMS) {
                all[d] = fma(o[d], factors.y, all[d] * factors.x);
            }
        }
    }
    if (cut) {
        global float *part = parts + (((long)row * heads + head) * segments + get_group_id(2)) * PART;
        for (int d = ITEM; d < SIZE; d += ITEMS) {
            part[16 + d] = all[d];
        }
        if (ITEM == 0) {
            part[0] = total;
            part[1] = sum;
        }
        return;
    }
    float a = sunk ? add_sink(total, &sum, AT(const float, sinks, so)[head]) : 1.0f;
    global float *to = AT(float, y, yo) + ((long)row * heads + head) * SIZE;
    for (int d = ITEM; d < SIZE; d += ITEMS) {
        to[d] = (sunk ? all[d] * a : all[d]) / sum;
    }
}

// A work-item per element of the result; those of a head compute its factors each for themselves.
kernel void merge_parts(global const char *sinks, long so, global char *y, long yo, int heads, int window, int sunk,
                        global const int *batch, global const float *parts, int segments, int rows) {
    int i = get_global_id(0);
    int head = i / SIZE % heads;
    int row = i / SIZE / heads;
    if (row >= rows) {
        return;
    }
    int position = batch[4 * row + 1];
    int first = window == 0 ? 0 : max(0, position - window + 1);
    int count = position / SEGMENT - first / SEGMENT + 1;
    global const float *part = parts + ((long)row * heads + head) * segments * PART;
    float total = part[0];
    float sum = part[1];
    float value = part[16 + i % SIZE];
    for (int s = 1; s < count; s++) {
        part += PART;
        float2 factors = merge(&total, &sum, part[0], part[1]);
        value = fma(part[16 + i % SIZE], factors.y, value * factors.x);
    }
    if (sunk) {
        value *= add_sink(total, &sum, AT(const float, sinks, so)[head]);
    }
    AT(float, y, yo)[i] = value / sum;
}
