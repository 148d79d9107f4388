// Attention on CPUs: a work-item has a row's query head.
#define VECTORS (SIZE / 16)

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
void scores(global const float *q, global const char *keys, float *s, int own, int from, int to, Scoring scoring,
            float slope) {
    for (int i = 0; i < BLOCK; i += 16) {
        F sum = 0;
        for (int d = 0; d < SIZE; d++) {
            sum = fma((F)q[d], key_at(keys, d, i), sum);
        }
        vstore16(sum, 0, s + i);
        for (int j = i; j < i + 16; j++) {
            s[j] = j >= from && j < to ? score(s[j], own - j, scoring, slope) : -INFINITY;
        }
    }
}

void add_values(global const char *values, const float *p, float *o, float c, int from, int to) {
    for (int v = 0; v < VECTORS; v++) {
        F sum = vload16(v, o) * c;
        for (int i = from; i < to; i++) {
            sum = fma((F)p[i], value_at(values, i, v * 16), sum);
        }
        vstore16(sum, v, o);
    }
    for (int d = VECTORS * 16; d < SIZE; d++) {
        float sum = o[d] * c;
        for (int i = from; i < to; i++) {
            sum = fma(p[i], single_value(values, i, d), sum);
        }
        o[d] = sum;
    }
}

kernel void attention(global const char *q, long qo, global const char *cache, global const char *sinks, long so,
                      global char *y, long yo, int heads, int kvHeads, float scale, int window, float cap, int biased,
                      int sunk, global const float *slopes, global const int *batch, global const int *tables,
                      int perSequence, int cut, global float *parts, int segments) {
    float s[BLOCK];
    float o[SIZE];
    float all[SIZE];
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
        for (int d = 0; d < SIZE; d++) {
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
            float larger = m;
            for (int i = 0; i < BLOCK; i++) {
                larger = s[i] > larger ? s[i] : larger;
            }
            for (int i = 0; i < BLOCK; i++) {
                s[i] = exp_of(s[i] - larger);
            }
            float c = exp_of(m - larger);
            add_values(keys + HEAD_BYTES(SIZE), s, o, c, from, to);
            l = fma(l, c, fold32(s));
            m = larger;
        }
        if (segment == begin) {
            total = m;
            sum = l;
            for (int d = 0; d < SIZE; d++) {
                all[d] = o[d];
            }
        } else {
            float2 factors = merge(&total, &sum, m, l);
            for (int d = 0; d < SIZE; d++) {
                all[d] = fma(o[d], factors.y, all[d] * factors.x);
            }
        }
    }
    if (cut) {
        global float *part = parts + (((long)row * heads + head) * segments + get_group_id(2)) * PART;
        for (int d = 0; d < SIZE; d++) {
            part[16 + d] = all[d];
        }
        part[0] = total;
        part[1] = sum;
        return;
    }
    float a = sunk ? add_sink(total, &sum, AT(const float, sinks, so)[head]) : 1.0f;
    global float *to = AT(float, y, yo) + ((long)row * heads + head) * SIZE;
    for (int d = 0; d < SIZE; d++) {
        to[d] = (sunk ? all[d] * a : all[d]) / sum;
    }
}

