/*
 * The functions of a gate, operation for operation as dev.tegula.kernel.FloatMath computes them, so that the bits are the
 * same. Plain C: the compiler makes vectors of it, which changes no bit, since contraction of products and sums is off.
 */
#ifndef TEGULA_GATES_H
#define TEGULA_GATES_H

#include "tegula.h"

INLINE float from_bits(int32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE int32_t to_bits(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* e^c for -104 <= c <= 89 or NaN. */
INLINE float exp_between(float c) {
    const float round = 12582912.0f; /* 1.5 * 2^23: rounds to an integer and leaves it in the low bits */
    float t = __builtin_fmaf(c, 1.44269504f, round);
    float n = t - round;
    float r = __builtin_fmaf(n, -0.693359375f, c);
    r = __builtin_fmaf(n, 2.12194440e-4f, r);
    float p = __builtin_fmaf(0.0013951717410236597f, r, 0.008369598537683487f);
    p = __builtin_fmaf(p, r, 0.0416661873459816f);
    p = __builtin_fmaf(p, r, 0.16666512191295624f);
    p = __builtin_fmaf(p, r, 0.5f);
    float e = __builtin_fmaf(p, r * r, r) + 1.0f;
    /* 2^k in two factors; unsigned, so that the garbage of a NaN overflows as in Java. */
    int32_t k = (int32_t)((uint32_t)to_bits(t) - 0x4B400000u);
    int32_t half = k >> 1;
    e *= from_bits((int32_t)(((uint32_t)half + 127u) << 23));
    return e * from_bits((int32_t)(((uint32_t)k - (uint32_t)half + 127u) << 23));
}

/* e^x for x <= 0 or NaN. One comparison: of two the compiler makes seven instructions, of one two. */
INLINE float exp_below(float x) {
    return exp_between(x < -104.0f ? -104.0f : x);
}

/* x / (1 + e^-z) by e^-|z|, which does not overflow; z has the sign of x. */
INLINE float over_one_plus_exp(float x, float z) {
    float e = exp_below(-__builtin_fabsf(z));
    return (x < 0.0f ? x * e : x) / (1.0f + e);
}

INLINE float silu(float x) {
    return over_one_plus_exp(x, x);
}

INLINE float gelu(float x) {
    return over_one_plus_exp(x, x * __builtin_fmaf(x * x, 0.071354814f, 1.5957692f));
}

INLINE float relu2(float x) {
    float r = x <= 0.0f ? 0.0f : x;
    return r * r;
}

/* y[i] = f(gate[i]) * up[i]; y may be gate or up. */
static inline void gate(int32_t activation, const float *g, const float *up, float *y, int64_t n) {
    switch (activation) {
    case 0:
        INDEPENDENT
        for (int64_t i = 0; i < n; i++) {
            y[i] = silu(g[i]) * up[i];
        }
        break;
    case 1:
        INDEPENDENT
        for (int64_t i = 0; i < n; i++) {
            y[i] = gelu(g[i]) * up[i];
        }
        break;
    default:
        INDEPENDENT
        for (int64_t i = 0; i < n; i++) {
            y[i] = relu2(g[i]) * up[i];
        }
    }
}

#endif
