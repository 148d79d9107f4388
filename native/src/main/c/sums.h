/*
 * Sums over a row by 16 virtual lanes, as dev.tegula.kernel.ref.Lanes16 has them: lane j takes elements j, j + 16, j + 32,
 * ... in order, and the lanes are folded by halves: lane j += lane j + 8 for j < 8, then 4, 2, 1.
 *
 *   x      0 1 2 ... 15 | 16 17 ... 31 | 32 ...        one vector of 16 lanes, or two of 8, per group
 *   lane   0 1 2 ... 15 |  0  1 ... 15 |  0 ...
 */
#ifndef TEGULA_SUMS_H
#define TEGULA_SUMS_H

#define VIRTUAL 16
#define PARTS (VIRTUAL / LANES)

INLINE float fold(float *lane) {
    for (int half = VIRTUAL / 2; half >= 1; half /= 2) {
        for (int j = 0; j < half; j++) {
            lane[j] += lane[j + half];
        }
    }
    return lane[0];
}

/* Sum of x. */
INLINE float sum(const float *x, int64_t n) {
    VF acc[PARTS];
    float lane[VIRTUAL];
    int64_t i = 0;
    UNROLL
    for (int p = 0; p < PARTS; p++) {
        acc[p] = vf_zero();
    }
    for (; i + VIRTUAL <= n; i += VIRTUAL) {
        UNROLL
        for (int p = 0; p < PARTS; p++) {
            acc[p] = vf_add(acc[p], vf_load(x + i + p * LANES));
        }
    }
    UNROLL
    for (int p = 0; p < PARTS; p++) {
        vf_store(lane + p * LANES, acc[p]);
    }
    for (int j = 0; i + j < n; j++) {
        lane[j] += x[i + j];
    }
    return fold(lane);
}

/* Sum of (x - mean)^2, each lane acc = fma(v, v, acc). */
INLINE float squares(const float *x, int64_t n, float mean) {
    VF acc[PARTS];
    VF from = vf_all(mean);
    float lane[VIRTUAL];
    int64_t i = 0;
    UNROLL
    for (int p = 0; p < PARTS; p++) {
        acc[p] = vf_zero();
    }
    for (; i + VIRTUAL <= n; i += VIRTUAL) {
        UNROLL
        for (int p = 0; p < PARTS; p++) {
            VF v = vf_sub(vf_load(x + i + p * LANES), from);
            acc[p] = vf_fma(v, v, acc[p]);
        }
    }
    UNROLL
    for (int p = 0; p < PARTS; p++) {
        vf_store(lane + p * LANES, acc[p]);
    }
    for (int j = 0; i + j < n; j++) {
        float v = x[i + j] - mean;
        lane[j] = __builtin_fmaf(v, v, lane[j]);
    }
    return fold(lane);
}

/* 1 / sqrt(mean of (x - mean)^2 + eps). */
INLINE float scale_of(const float *x, int64_t n, float mean, float eps) {
    return 1.0f / __builtin_sqrtf(squares(x, n, mean) / (float)n + eps);
}

#endif
