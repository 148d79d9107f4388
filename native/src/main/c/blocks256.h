/*
 * Weights in blocks of 256 with activations in Q8_A256 (a block: F32 scale, 16 I32 sums of 16 values, 256 int8):
 *
 *   c = fma((float) sum of scale_j (sum of q a over sub-block j), dW dA, c)
 *   c = fma(-dminW dA, (float) sum of min_j (sum of a over sub-block j), c)     for formats with minimums
 *
 * with the sums in I32. A chunk is a block.
 */

/* 256 activations of a row. */
struct record256 {
    float d;
    int32_t total;      /* -z sum of a */
    int32_t pairs[8];   /* sums of a over two sub-blocks, I16 each */
    int32_t offset[32]; /* -z sum of a over 8 or 16 elements */
    int8_t q[CHUNK];
};

static void record_sums(struct record_kind kind, const int32_t *sums, struct record256 *to) {
    int32_t total = 0;
    for (int j = 0; j < 16; j++) {
        total += sums[j];
        if (kind.offset_length == 16) {
            to->offset[j] = -kind.z * sums[j];
        } else if (kind.offset_length == 8) {
            int32_t first = 0;
            for (int i = 0; i < 8; i++) {
                first += to->q[16 * j + i];
            }
            to->offset[2 * j] = -kind.z * first;
            to->offset[2 * j + 1] = -kind.z * (sums[j] - first);
        }
    }
    to->total = -kind.z * total;
    for (int j = 0; j < 8; j++) {
        int32_t low = sums[2 * j], high = sums[2 * j + 1];
        if (kind.pair_length == 32) {
            low = j < 4 ? sums[4 * j] + sums[4 * j + 1] : 0;
            high = j < 4 ? sums[4 * j + 2] + sums[4 * j + 3] : 0;
        }
        to->pairs[j] = (int32_t)((uint32_t)low & 0xFFFF) | (int32_t)((uint32_t)high << 16);
    }
}

static void record256(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    (void)count;
    struct record256 *record = to;
    int32_t sums[16];
    x += k0 / CHUNK * 324;
    memcpy(&record->d, x, 4);
    memcpy(sums, x + 4, sizeof sums);
    memcpy(record->q, x + 68, CHUNK);
    record_sums(kind, sums, record);
}

/* The sums of a tile to its outputs. */
INLINE void fold256(const int R, const int mins, VI sums[SUPER_ROWS][2], const struct panel *p,
                    const struct record256 *x, float *out) {
    UNROLL for (int i = 0; i < 2 * R; i++) {
        const int r = i / 2, v = i % 2;
        VF dA = vf_broadcast(&x[r].d);
        VF c = vf_fma(vf_of_int(sums[r][v]), vf_mul(vf_load(p->d[0] + v * LANES), dA), vf_load(out + i * LANES));
        if (mins) {
            VI min = vi_zero();
            UNROLL for (int j = 0; j < mins; j++) {
                min = vi_dot_pairs(min, vi_load(p->pairs[j] + v * LANES), vi_broadcast(&x[r].pairs[j]));
            }
            c = vf_fma(vf_mul(vf_load(p->m[0] + v * LANES), dA), vf_of_int(min), c);
        }
        vf_store(out + i * LANES, c);
    }
}

/* s[r][v] += the products of step u, four elements of k: for sums too short to lay rows together. */
INLINE void step256(const int R, const int bits, VI s[SUPER_ROWS][2], const struct panel *p, const struct record256 *x,
                    int64_t u) {
    VI w0 = vi_load(p->codes[u]);
    VI w1 = vi_load(p->codes[u] + LANES);
    UNROLL for (int r = 0; r < R; r++) {
        VI a = vi_broadcast(x[r].q + 4 * u);
        s[r][0] = dot(bits, s[r][0], w0, a);
        s[r][1] = dot(bits, s[r][1], w1, a);
    }
}

/* sums[r][v] += scale j times s[r][v], whose halves fit I16. */
INLINE void scale256(const int R, VI sums[SUPER_ROWS][2], VI s[SUPER_ROWS][2], const struct panel *p, int64_t j) {
    VI scale0 = vi_load(p->scales[j]);
    VI scale1 = vi_load(p->scales[j] + LANES);
    UNROLL for (int r = 0; r < R; r++) {
        sums[r][0] = dot_scaled(sums[r][0], s[r][0], scale0);
        sums[r][1] = dot_scaled(sums[r][1], s[r][1], scale1);
    }
}

/* 4-bit codes with a scale and a minimum per 32. */
INLINE void tile_q4_k(const int R, const struct panel *p, const struct record256 *x, float *out) {
    VI sums[SUPER_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        sums[i / 2][i % 2] = vi_zero();
    }
    for (int64_t j = 0; j < 64 / STEPS4; j++) {
        VI s[SUPER_ROWS][2];
        UNROLL for (int i = 0; i < 2 * R; i++) {
            s[i / 2][i % 2] = vi_zero();
        }
        UNROLL for (int u = 0; u < STEPS4; u += DOT_STEPS) {
            dot_steps(R, 4, s, p->codes + j * STEPS4 + u, x->q + 4 * (j * STEPS4 + u), sizeof *x);
        }
        rows_apart(R, s);
        scale256(R, sums, s, p, j * STEPS4 / 8);
    }
    fold256(R, 4, sums, p, x, out);
}

/*
 * 6-bit codes with an offset of 32 and a scale per 16. Two steps fit I16: with VNNI 8 products of codes less their offset, at
 * most 8 * 32 * 127 = 32512; without, 4 of unsigned codes in each half, 4 * 63 * 127 = 32004.
 */
INLINE void tile_q6_k(const int R, const struct panel *p, const struct record256 *x, float *out) {
    VI sums[SUPER_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        sums[i / 2][i % 2] = vi_zero();
    }
#ifndef VNNI
    /* Products of unsigned codes: the offset is taken off by the sums of the activations, times the scales. */
    UNROLL for (int i = 0; i < 2 * R; i++) {
        const int r = i / 2, v = i % 2;
        for (int j = 0; j < 8; j++) {
            sums[r][v] = vi_dot_pairs(sums[r][v], vi_load(p->pairs[j] + v * LANES), vi_broadcast(&x[r].pairs[j]));
        }
    }
#endif
    for (int64_t j = 0; j < 32; j++) {
        VI s[SUPER_ROWS][2];
        UNROLL for (int r = 0; r < R; r++) {
            s[r][0] = s[r][1] = dot_begin(&x[r].offset[j]);
        }
        step256(R, 6, s, p, x, 2 * j);
        step256(R, 6, s, p, x, 2 * j + 1);
        scale256(R, sums, s, p, j / 2);
    }
    fold256(R, 0, sums, p, x, out);
}

/* Codes 0 ... 3 with an offset of 1. */
INLINE void tile_tq2_0(const int R, const struct panel *p, const struct record256 *x, float *out) {
    VI sums[SUPER_ROWS][2];
    UNROLL for (int r = 0; r < R; r++) {
        sums[r][0] = sums[r][1] = vi_broadcast(&x[r].total);
    }
    /* I16 holds 32 steps of 2 * 3 * 127. */
    for (int64_t h = 0; h < 64; h += 32) {
        VI s[SUPER_ROWS][2];
        UNROLL for (int i = 0; i < 2 * R; i++) {
            s[i / 2][i % 2] = vi_zero();
        }
        for (int64_t u = h; u < h + 32; u += DOT_STEPS) {
            dot_steps(R, 2, s, p->codes + u, x->q + 4 * u, sizeof *x);
        }
        rows_apart(R, s);
        UNROLL for (int i = 0; i < 2 * R; i++) {
            sums[i / 2][i % 2] = dot_join(sums[i / 2][i % 2], s[i / 2][i % 2]);
        }
    }
    fold256(R, 0, sums, p, x, out);
}

/* 8-bit codes with a scale per 16, and a minimum perhaps. */
INLINE void tile_codes256(const int R, const int mins, const struct panel *p, const struct record256 *x, float *out) {
    VI sums[SUPER_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        sums[i / 2][i % 2] = vi_zero();
    }
    for (int64_t j = 0; j < 16; j++) {
        VI s[SUPER_ROWS][2];
        UNROLL for (int r = 0; r < R; r++) {
            s[r][0] = s[r][1] = dot_begin(&x[r].offset[j]);
        }
        UNROLL for (int u = 0; u < 4; u++) {
            step256(R, 8, s, p, x, 4 * j + u);
        }
        UNROLL for (int i = 0; i < 2 * R; i++) {
            const int r = i / 2, v = i % 2;
            sums[r][v] = vi_add(sums[r][v], vi_mul(s[r][v], vi_load(p->scales[j] + v * LANES)));
        }
    }
    fold256(R, mins, sums, p, x, out);
}

static void multiply_q4_k(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    ROWS_SWITCH(SUPER_ROWS, rows, tile_q4_k, p, x, out)
}
static void multiply_q6_k(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    ROWS_SWITCH(SUPER_ROWS, rows, tile_q6_k, p, x, out)
}
static void multiply_tq2_0(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    ROWS_SWITCH(SUPER_ROWS, rows, tile_tq2_0, p, x, out)
}
static void multiply_codes256(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    ROWS_SWITCH(SUPER_ROWS, rows, tile_codes256, 0, p, x, out)
}
static void multiply_codes256_min(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    ROWS_SWITCH(SUPER_ROWS, rows, tile_codes256, 8, p, x, out)
}
