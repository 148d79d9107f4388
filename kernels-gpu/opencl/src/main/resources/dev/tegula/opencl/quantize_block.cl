// Blocks of Q8 activations: scale = m / 127 with m the largest magnitude, codes x * (127 / m), sums of 16 or 32 codes.

// One block; of x[i] * scale * w[i] if it is to be normed.
void quantize_block(global const float *x, bool normed, float scale, global const float *w, global char *y,
                           int length) {
    int bits = 0;
    for (int i = 0; i < length; i++) {
        float v = normed ? x[i] * scale * w[i] : x[i];
        bits = max(bits, as_int(v) & 0x7FFFFFFF);
    }
    float largest = as_float(bits);
    bool empty = bits >= INFINITE || largest < 0x1p-100f;
    float inverse = empty ? 0.0f : 127.0f / largest;
    *(global float *)y = bits >= INFINITE ? NO_NUMBER : empty ? 0.0f : largest / 127.0f;
    int per = length == 256 ? 16 : 32;
    global int *sums = (global int *)(y + 4);
    global char *codes = y + 4 + 4 * (length / per);
    for (int i = 0; i < length; i += per) {
        int sum = 0;
        for (int j = i; j < i + per; j++) {
            float v = (normed ? x[j] * scale * w[j] : x[j]) * inverse;
            int q = empty ? 0 : as_int(v + ROUND) - ROUND_BITS;
            codes[j] = (char)q;
            sum += q;
        }
        sums[i / per] = sum;
    }
}

kernel void quantize(global const char *x, long xo, global char *y, long yo, int length, int bytes, int count) {
    int i = get_global_id(0);
    if (i < count) {
        global const float *from = AT(const float, x, xo) + (long)i * length;
        quantize_block(from, false, 0.0f, from, (global char *)y + yo + (long)i * bytes, length);
    }
}
