/*
 * Norms by rows or groups of a row, and softmax by rows, all sums in the order of sums.h:
 *
 *   RMS:     y = (x * scale) * w                    scale = 1 / sqrt(mean(x^2) + eps)
 *   layer:   y = fma((x - mean) * scale, w, b)      scale = 1 / sqrt(mean((x - mean)^2) + eps)
 *   softmax: y = e / sum(e)                         e = exp(x - max)
 */
#ifndef TEGULA_NORM_H
#define TEGULA_NORM_H

#include "rows.h"
#include "sums.h"

/* a: x, b: weights of one piece. */
EXPORT void NAME(tegula_rms_norm)(ROWS_ARGS) {
    (void)c;
    float eps = from_bits((int32_t)s->eps);
    const float *w = (const float *)b;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *x = floats(a, s->a_stride, at);
        float *out = floats_out(y, s->y_stride, at);
        float scale = scale_of(x, at.n, 0.0f, eps);
        INDEPENDENT
        for (int64_t i = 0; i < at.n; i++) {
            out[i] = x[i] * scale * w[i];
        }
    }
}

/* a: x, b: weights, c: biases. */
EXPORT void NAME(tegula_layer_norm)(ROWS_ARGS) {
    float eps = from_bits((int32_t)s->eps);
    const float *w = (const float *)b;
    const float *bias = (const float *)c;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *x = floats(a, s->a_stride, at);
        float *out = floats_out(y, s->y_stride, at);
        float mean = sum(x, at.n) / (float)at.n;
        float scale = scale_of(x, at.n, mean, eps);
        INDEPENDENT
        for (int64_t i = 0; i < at.n; i++) {
            out[i] = __builtin_fmaf((x[i] - mean) * scale, w[i], bias[i]);
        }
    }
}

/* The largest element, NaN passed over. The sign of a zero is any: no difference x - max shows it in exp. */
INLINE float largest(const float *x, int64_t n) {
    const float least = -__builtin_inff();
    VF best[2] = {vf_all(least), vf_all(least)};
    float lane[LANES];
    int64_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        best[0] = vf_max(vf_load(x + i), best[0]);
        best[1] = vf_max(vf_load(x + i + LANES), best[1]);
    }
    vf_store(lane, vf_max(best[0], best[1]));
    float max = least;
    for (int j = 0; j < LANES; j++) {
        max = lane[j] > max ? lane[j] : max;
    }
    for (; i < n; i++) {
        max = x[i] > max ? x[i] : max;
    }
    return max;
}

/* a: x. */
EXPORT void NAME(tegula_softmax)(ROWS_ARGS) {
    (void)b;
    (void)c;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *x = floats(a, s->a_stride, at);
        float *out = floats_out(y, s->y_stride, at);
        float max = largest(x, at.n);
        INDEPENDENT
        for (int64_t i = 0; i < at.n; i++) {
            out[i] = exp_below(x[i] - max);
        }
        float total = sum(out, at.n);
        INDEPENDENT
        for (int64_t i = 0; i < at.n; i++) {
            out[i] = out[i] / total;
        }
    }
}

#endif
