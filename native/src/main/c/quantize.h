/*
 * Activations to Q8 blocks, as dev.tegula.kernel.ref.Q8Blocks defines them: with m the largest magnitude of a block,
 *
 *   scale = m / 127        q = round to nearest, ties to even, of x * (127 / m)
 *
 *   | scale F32 | sums of q, I32 x 1, 4 or 16 | q, int8 x 32, 128 or 256 |
 *
 * A block with m < 2^-100 is zeros with scale 0, one with an infinity or NaN is zeros with scale NaN.
 */
#ifndef TEGULA_QUANTIZE_H
#define TEGULA_QUANTIZE_H

#include "rows.h"
#include "sums.h"

#define LONGEST_BLOCK 256

/* Bytes of a block of 32 or 128 values with a sum per 32, or of 256 with a sum per 16. */
INLINE int64_t q8_bytes(int length) {
    return 4 + length / (length == 256 ? 16 : 32) * 4 + length;
}

/* Bits of the largest magnitude; magnitudes order as their bits do, with infinity and then NaN on top. */
INLINE int32_t largest_bits(const float *x, int length) {
    VI magnitude = vi_all(0x7fffffff);
    VI most = vi_zero();
    for (int i = 0; i < length; i += LANES) {
        most = vi_max(most, vi_and(vi_load(x + i), magnitude));
    }
    return vi_max_of(most);
}

INLINE void store_float(char *p, float x) {
    memcpy(p, &x, sizeof x);
}

INLINE void store_int(char *p, int32_t x) {
    memcpy(p, &x, sizeof x);
}

/* 32 values, scaled and rounded. */
INLINE VB rounded(const float *x, VF inverse) {
    VF round = vf_all(12582912.0f); /* 1.5 * 2^23: rounds to an integer and leaves it in the low bits */
    VI round_bits = vi_all(0x4B400000);
    VI q[32 / LANES];
    UNROLL
    for (int j = 0; j < 32 / LANES; j++) {
        VF v = vf_mul(vf_load(x + j * LANES), inverse);
        q[j] = vi_sub(vi_of_bits(vf_add(v, round)), round_bits);
    }
    return vb_of_ints(q);
}

/* Quantizes one block; the length is 32, 128 or 256, a constant where this is inlined. */
INLINE void q8_block(const float *x, char *y, int length) {
    int64_t header = q8_bytes(length) - length;
    int32_t bits = largest_bits(x, length);
    float max = from_bits(bits);
    if (__builtin_expect(bits >= 0x7f800000 || max < 0x1p-100f, 0)) {
        store_float(y, bits >= 0x7f800000 ? __builtin_nanf("") : 0.0f);
        for (int64_t at = 4; at < header + length; at += 4) {
            store_int(y + at, 0);
        }
        return;
    }
    store_float(y, max / 127.0f);
    VF inverse = vf_all(127.0f / max);
    if (length != 256) {
        UNROLL
        for (int i = 0; i < length; i += 32) {
            VB q = rounded(x + i, inverse);
            store_int(y + 4 + i / 8, vb_sum(q));
            vb_store(y + header + i, q);
        }
        return;
    }
    for (int i = 0; i < length; i += 128) {
        VB q[4];
        UNROLL
        for (int j = 0; j < 4; j++) {
            q[j] = rounded(x + i + 32 * j, inverse);
            vb_store(y + header + i + 32 * j, q[j]);
        }
        vb_store_sums(y + 4 + i / 4, q);
    }
}

INLINE void quantize_blocks(const float *x, char *y, int64_t n, int length) {
    for (int64_t i = 0; i < n; i += length, y += q8_bytes(length)) {
        q8_block(x + i, y, length);
    }
}

INLINE void norm_quantize_blocks(const float *x, const float *w, float scale, char *y, int64_t n, int length) {
    float normed[LONGEST_BLOCK];
    for (int64_t i = 0; i < n; i += length, y += q8_bytes(length)) {
        for (int j = 0; j < length; j++) {
            normed[j] = x[i + j] * scale * w[i + j];
        }
        q8_block(normed, y, length);
    }
}

/* a: x. A piece is whole blocks. */
EXPORT void NAME(tegula_quantize)(ROWS_ARGS) {
    (void)b;
    (void)c;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *x = floats(a, s->a_stride, at);
        char *out = y + at.row * s->y_stride + at.from / s->variant * q8_bytes((int)s->variant);
        if (s->variant == 32) {
            quantize_blocks(x, out, at.n, 32);
        } else if (s->variant == 128) {
            quantize_blocks(x, out, at.n, 128);
        } else {
            quantize_blocks(x, out, at.n, 256);
        }
    }
}

/* a: x, b: weights. The RMS norm of a row, then its blocks; a piece is a row. */
EXPORT void NAME(tegula_norm_quantize)(ROWS_ARGS) {
    (void)c;
    float eps = from_bits((int32_t)s->eps);
    const float *w = (const float *)b;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *x = floats(a, s->a_stride, at);
        char *out = y + at.row * s->y_stride;
        float scale = scale_of(x, at.n, 0.0f, eps);
        if (s->variant == 32) {
            norm_quantize_blocks(x, w, scale, out, at.n, 32);
        } else if (s->variant == 128) {
            norm_quantize_blocks(x, w, scale, out, at.n, 128);
        } else {
            norm_quantize_blocks(x, w, scale, out, at.n, 256);
        }
    }
}

#endif
