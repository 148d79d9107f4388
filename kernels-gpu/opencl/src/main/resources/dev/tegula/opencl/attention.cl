// Attention in one pass with a running maximum m and sum l (the scalar twin says what is computed): what its kernels for CPUs and
// GPUs share. They go over all segments of 512 positions that a row sees or, when the context is cut, over one: then a part goes
// to memory, and merge_parts makes results of parts. Options: SIZE, elements of a head; KV, the cache's format.
#define SEGMENT 512
#define PART (SIZE + 16)

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

// A score from a product of a query with a key, `before` positions before the row's own.
float score(float product, int before, Scoring scoring, float slope) {
    float v = product * scoring.scale;
    v = scoring.cap == 0.0f ? v : tanh_of(v / scoring.cap) * scoring.cap;
    return scoring.biased ? fma(slope, (float)-before, v) : v;
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
