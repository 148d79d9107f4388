// Ops on a row as a whole: a work-group per row, or per part of one.

// Sum of (x - mean)^2 or of x - mean by 16 lanes, lane j taking elements j, j + 16, ... in order, folded by halves.
float row_sum(global const float *x, int n, float mean, bool square, SHARED float *lanes) {
#if ITEMS == 1
    float16 acc = 0;
    int end = n / 16 * 16;
    for (int i = 0; i < end; i += 16) {
        float16 v = vload16(0, x + i) - mean;
        acc = square ? fma(v, v, acc) : acc + v;
    }
    vstore16(acc, 0, lanes);
    for (int i = end; i < n; i++) {
        float v = x[i] - mean;
        lanes[i - end] = square ? fma(v, v, lanes[i - end]) : lanes[i - end] + v;
    }
#else
    for (int j = ITEM; j < 16; j += ITEMS) {
        float acc = 0;
        for (int i = j; i < n; i += 16) {
            float v = x[i] - mean;
            acc = square ? fma(v, v, acc) : acc + v;
        }
        lanes[j] = acc;
    }
#endif
    MEET;
    float half_[8];
    for (int j = 0; j < 8; j++) {
        half_[j] = lanes[j] + lanes[j + 8];
    }
    for (int j = 0; j < 4; j++) {
        half_[j] += half_[j + 4];
    }
    float sum = (half_[0] + half_[2]) + (half_[1] + half_[3]);
    // The lanes may be used again.
    MEET;
    return sum;
}

float rms_scale(global const float *x, int n, float eps, SHARED float *lanes) {
    return 1.0f / sqrt(row_sum(x, n, 0.0f, true, lanes) / (float)n + eps);
}

kernel void rms_norm(global const char *x, long xo, global const char *w, long wo, global char *y, long yo, int n,
                     float eps) {
    SHARED float lanes[16];
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    global const float *weights = AT(const float, w, wo);
    float scale = rms_scale(from, n, eps, lanes);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = from[i] * scale * weights[i];
    }
}

kernel void layer_norm(global const char *x, long xo, global const char *w, long wo, global const char *b, long bo,
                       global char *y, long yo, int n, float eps) {
    SHARED float lanes[16];
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    float mean = row_sum(from, n, 0.0f, false, lanes) / (float)n;
    float scale = 1.0f / sqrt(row_sum(from, n, mean, true, lanes) / (float)n + eps);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = fma((from[i] - mean) * scale, AT(const float, w, wo)[i], AT(const float, b, bo)[i]);
    }
}

kernel void norm_quantize(global const char *x, long xo, global const char *w, long wo, global char *y, long yo, int n,
                          int length, int bytes, float eps) {
    SHARED float lanes[16];
    int row = get_group_id(0);
    global const float *from = AT(const float, x, xo) + (long)row * n;
    global const float *weights = AT(const float, w, wo);
    float scale = rms_scale(from, n, eps, lanes);
    int blocks = n / length;
    for (int b = ITEM; b < blocks; b += ITEMS) {
        quantize_block(from + b * length, true, scale, weights + b * length,
                       (global char *)y + yo + ((long)row * blocks + b) * bytes, length);
    }
}

// NaN is passed over in the maximum and comes back through the sum.
kernel void softmax(global const char *x, long xo, global char *y, long yo, int n) {
    SHARED float lanes[ITEMS > 16 ? ITEMS : 16];
    long at = (long)get_group_id(0) * n;
    global const float *from = AT(const float, x, xo) + at;
    global float *to = AT(float, y, yo) + at;
    float largest = -INFINITY;
    for (int i = ITEM; i < n; i += ITEMS) {
        largest = from[i] > largest ? from[i] : largest;
    }
    lanes[ITEM] = largest;
    MEET;
    for (int i = 0; i < ITEMS; i++) {
        largest = lanes[i] > largest ? lanes[i] : largest;
    }
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = exp_of(from[i] - largest);
    }
#if ITEMS > 1
    barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
#endif
    float sum = row_sum(to, n, 0.0f, false, lanes);
    for (int i = ITEM; i < n; i += ITEMS) {
        to[i] = to[i] / sum;
    }
}
