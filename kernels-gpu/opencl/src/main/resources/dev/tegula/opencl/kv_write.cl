// Stores keys and values of the batch's rows, rounded to nearest, ties to even.

#if KV == KV_Q8_0
#pragma OPENCL EXTENSION cl_khr_fp64 : enable

int code_of(float value, double inverse) {
    return (int)clamp(rint(value * inverse), -127.0, 127.0);
}

double error_of(global const float *x, double d) {
    double inverse = d > 0 ? 1 / d : 0;
    double sum = 0;
    for (int i = 0; i < 32; i++) {
        double product = d * code_of(x[i], inverse);
        double e = (double)x[i] - product;
        double square = e * e;
        sum += square;
    }
    return sum;
}

float half_of(ushort bits) {
    return vload_half(0, (const private half *)&bits);
}

// The scale of least squared error among the F16 nearest to the largest magnitude / 127 and its neighbours.
ushort scale_of(global const float *x) {
    double peak = 0;
    for (int i = 0; i < 32; i++) {
        if ((as_int(x[i]) & 0x7FFFFFFF) >= INFINITE) {
            return 0x7E00;
        }
        peak = fmax(peak, (double)fabs(x[i]));
    }
    ushort plain;
    vstore_half_rte((float)fmin(peak / 127, 65504.0), 0, (private half *)&plain);
    ushort best = plain;
    double least = error_of(x, half_of(plain));
    for (int step = -1; step <= 1; step += 2) {
        ushort candidate = (ushort)(plain + step);
        float value = half_of(candidate);
        if (value > 0 && value <= 65504.0f) {
            double error = error_of(x, value);
            if (error < least) {
                least = error;
                best = candidate;
            }
        }
    }
    return best;
}
#endif

// Elements x[0 ... UNIT - 1] of a head from element d on, those of the cache `step` apart.
#if KV == KV_Q8_0
#define UNIT 32
#else
#define UNIT 1
#endif

void store(global const float *x, global char *head, int d, int slot, int size, int first, int step) {
#if KV == KV_F32
    ((global float *)head)[first + d * step] = x[0];
#elif KV == KV_F16
    vstore_half_rte(x[0], first + d * step, (global half *)head);
#elif KV == KV_BF16
    uint bits = as_uint(x[0]);
    bool number = (bits & 0x7FFFFFFF) <= INFINITE;
    ((global ushort *)head)[first + d * step] = number ? (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 : bits >> 16 | 0x40;
#else
    ushort scale = scale_of(x);
    double value = half_of(scale);
    double inverse = value > 0 ? 1 / value : 0;
    ((global ushort *)head)[d + slot] = scale;
    for (int i = 0; i < 32; i++) {
        (head + 2 * size)[first + (d + i) * step] = (char)(value == value ? code_of(x[i], inverse) : 0);
    }
#endif
}

kernel void kv_write(global const char *k, long ko, global const char *v, long vo, global char *cache, int kvHeads,
                     int size, global const int *batch, global const int *tables, int perSequence, int rows) {
    int units = size / UNIT;
    int i = get_global_id(0);
    int row = i / (kvHeads * units);
    if (row >= rows) {
        return;
    }
    int head = i / units % kvHeads;
    int d = i % units * UNIT;
    int position = batch[4 * row + 1];
    int block = tables[batch[4 * row + 2] * perSequence + position / BLOCK];
    int slot = position % BLOCK;
    global char *keys = head_keys(cache, block, kvHeads, head, size);
    long at = ((long)row * kvHeads + head) * size + d;
    store(AT(const float, k, ko) + at, keys, d, slot, size, slot, BLOCK);
    store(AT(const float, v, vo) + at, keys + HEAD_BYTES(size), d, slot, size, slot * size, 1);
}
