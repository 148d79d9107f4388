/*
 * The KV cache's formats, and what is written to it, as dev.tegula.kernel.CacheWriter has it. A KV block holds, for each
 * head, the keys of 32 positions transposed and their values (dev.tegula.kv.KvLayout):
 *
 *   keys    k[0] of positions 0 ... 31 | k[1] of positions 0 ... 31 | ...
 *   values  v of position 0 | v of position 1 | ...
 *
 * In Q8_0 each of the two is scales and codes:
 *
 *   F16 scales of elements 0 ... 31, of positions 0 ... 31 | of elements 32 ... 63, ... | int8 codes as above
 */
#ifndef TEGULA_KV_H
#define TEGULA_KV_H

#include "quantize.h"
#include "tegula.h"

_Static_assert(KV_BLOCK == 32, "a block of Q8_0 has as many elements as a KV block positions");

/* Formats; Java writes them (KvKind). */
enum { KV_F32, KV_F16, KV_BF16, KV_Q8_0, KV_KINDS };
#define KV_BYTES(kind) ((kind) == KV_F32 ? 4 : (kind) == KV_Q8_0 ? 1 : 2)

/* Elements of a head that are rounded to 16 bits together. */
#define KV_PART 64

/* In a loop that copies: else the compiler may call memcpy, which is slow for so little. */
#define NO_MEMCPY __asm__ volatile("")

INLINE void copy(const float *x, float *y, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vf_store(y + i, vf_load(x + i));
        NO_MEMCPY;
    }
    for (; i < n; i++) {
        y[i] = x[i];
        NO_MEMCPY;
    }
}

/* Element i of memory in F32, F16 or BF16. */
INLINE float kv_at(const int kind, const char *p, int64_t i) {
    if (kind == KV_F32) {
        return ((const float *)p)[i];
    }
    if (kind == KV_F16) {
        return half_at(p + 2 * i);
    }
    return from_bits((int32_t)((uint32_t)((const uint16_t *)p)[i] << 16));
}

/* Rounds to BF16, ties to even; NaN is made quiet, since rounding could carry its payload into the exponent. */
INLINE void store_bf16(void *p, VF v) {
    VI bits = vi_of_bits(v);
    VI odd = vi_and(vi_right(bits, 16), vi_all(1));
    VI rounded = vi_right(vi_add(bits, vi_add(vi_all(0x7fff), odd)), 16);
    VI quiet = vi_or(vi_right(bits, 16), vi_all(0x40));
    vi_store_halves(p, vi_of_bits(vf_select(vf_nan(v), vf_of_bits(quiet), vf_of_bits(rounded))));
}

INLINE void store_16(const int kind, void *p, VF v) {
    if (kind == KV_F16) {
        vf_store_half(p, v);
    } else {
        store_bf16(p, v);
    }
}

/* Rounds n <= KV_PART elements; y has room for KV_PART. */
INLINE void round_part(const int kind, const float *x, uint16_t *y, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        store_16(kind, y + i, vf_load(x + i));
    }
    if (i < n) {
        float rest[LANES] = {0};
        copy(x + i, rest, n - i);
        store_16(kind, y + i, vf_load(rest));
    }
}

INLINE void write_16(const int kind, const float *k, const float *v, uint16_t *keys, uint16_t *values, int64_t size) {
    uint16_t part[KV_PART];
    for (int64_t at = 0; at < size; at += KV_PART) {
        int64_t n = MIN(KV_PART, size - at);
        round_part(kind, k + at, part, n);
        for (int64_t d = 0; d < n; d++) {
            keys[(at + d) * KV_BLOCK] = part[d];
        }
    }
    int64_t d = 0;
    for (; d + LANES <= size; d += LANES) {
        store_16(kind, values + d, vf_load(v + d));
    }
    if (d < size) {
        round_part(kind, v + d, part, size - d);
        for (int64_t j = 0; d + j < size; j++) {
            values[d + j] = part[j];
            NO_MEMCPY;
        }
    }
}

INLINE void write_floats(const float *k, const float *v, float *keys, float *values, int64_t size) {
    for (int64_t d = 0; d < size; d++) {
        keys[d * KV_BLOCK] = k[d];
    }
    copy(v, values, size);
}

/* A value's code, -127 ... 127; adding 1.5 * 2^52 rounds to an integer, ties to even. */
INLINE double q80_code(float x, double inverse) {
    double code = (double)x * inverse;
    code = code > 127 ? 127 : code < -127 ? -127 : code;
    return code + 6755399441055744.0 - 6755399441055744.0;
}

/*
 * The scale of 32 finite values, as dev.tegula.tensor.codec.Q80 chooses it: of the F16 nearest to peak / 127, the one below
 * and the one above, the first of least error. Each one's errors are summed in order.
 */
INLINE uint16_t q80_scale(const float *x, float peak) {
    double most = (double)peak / 127;
    uint16_t plain = half_of((float)MIN(most, 65504.0));
    uint16_t bits[3] = {plain, (uint16_t)(plain - 1), (uint16_t)(plain + 1)};
    int valid[3] = {1, plain > 1, plain < 0x7bff};
    double d[3], inverse[3];
    double error[3] = {0};
    UNROLL for (int c = 0; c < 3; c++) {
        d[c] = valid[c] ? half_at(&bits[c]) : 0;
        inverse[c] = d[c] > 0 ? 1 / d[c] : 0;
    }
    for (int i = 0; i < KV_BLOCK; i++) {
        UNROLL for (int c = 0; c < 3; c++) {
            double e = x[i] - d[c] * q80_code(x[i], inverse[c]);
            error[c] += e * e;
        }
    }
    int best = 0;
    for (int c = 1; c < 3; c++) {
        best = valid[c] && error[c] < error[best] ? c : best;
    }
    return bits[best];
}

/* A head's elements to Q8_0: the scale of elements d ... d + 31 to scales + d, codes `step` apart. */
static void write_q80(const float *x, int64_t size, uint16_t *scales, int8_t *codes, int64_t step) {
    for (int64_t d = 0; d < size; d += KV_BLOCK, x += KV_BLOCK) {
        int32_t bits = largest_bits(x, KV_BLOCK);
        int finite = bits < 0x7f800000;
        uint16_t scale = finite ? q80_scale(x, from_bits(bits)) : 0x7e00;
        double value = half_at(&scale);
        double inverse = finite && value > 0 ? 1 / value : 0;
        scales[d] = scale;
        for (int64_t i = 0; i < KV_BLOCK; i++) {
            codes[(d + i) * step] = (int8_t)(finite ? q80_code(x[i], inverse) : 0);
        }
    }
}

/* Stores the keys and values of a position in slot of a head's part of a KV block. */
INLINE void kv_write(int64_t kind, const float *k, const float *v, char *keys, char *values, int64_t slot,
                     int64_t size) {
    switch (kind) {
    case KV_F32:
        write_floats(k, v, (float *)keys + slot, (float *)values + slot * size, size);
        break;
    case KV_F16:
        write_16(KV_F16, k, v, (uint16_t *)keys + slot, (uint16_t *)values + slot * size, size);
        break;
    case KV_BF16:
        write_16(KV_BF16, k, v, (uint16_t *)keys + slot, (uint16_t *)values + slot * size, size);
        break;
    default:
        write_q80(k, size, (uint16_t *)keys + slot, (int8_t *)keys + 2 * size + slot, KV_BLOCK);
        write_q80(v, size, (uint16_t *)values + slot, (int8_t *)values + 2 * size + slot * size, 1);
    }
}

#endif
