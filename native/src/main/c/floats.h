/*
 * F32, F16 and BF16 weights with activations in F32: c = fma(x[k], w[k], c) in the order of k.
 *
 * A record is 256 activations of a row as they are.
 */
static void record_floats(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    (void)kind;
    const float *from = (const float *)x + k0;
    float *out = to;
    for (int64_t i = 0; i < count; i++) {
        out[i] = from[i];
    }
}

/* R rows times two vectors of weights, w0 and w1, that are so many bytes apart from element to element. */
INLINE void tile_floats(const int R, const char *w0, const char *w1, const int64_t step, const float *x, int64_t count,
                        float *out) {
    VF acc[FLOAT_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        acc[i / 2][i % 2] = vf_load(out + i * LANES);
    }
    for (int64_t i = 0; i < count; i++) {
        VF a = vf_load(w0 + i * step);
        VF b = vf_load(w1 + i * step);
        UNROLL for (int r = 0; r < R; r++) {
            VF e = vf_broadcast(x + r * CHUNK + i);
            acc[r][0] = vf_fma(e, a, acc[r][0]);
            acc[r][1] = vf_fma(e, b, acc[r][1]);
        }
    }
    UNROLL for (int i = 0; i < 2 * R; i++) {
        vf_store(out + i * LANES, acc[i / 2][i % 2]);
    }
}

/* Weights as they are packed. */
static void multiply_f32(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    ROWS_SWITCH(FLOAT_ROWS, rows, tile_floats, p->w[0], p->w[1], WORD, x, count, out)
}

/* Weights that were decoded. Not inlined, so that bf16_pairs.h has all of it in a mode of its own. */
__attribute__((noinline)) static void multiply_floats(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    const char *w = (const char *)p->floats;
    ROWS_SWITCH(FLOAT_ROWS, rows, tile_floats, w, w + sizeof(VF), MAX_PANEL * 4, x, count, out)
}

static void decode_f32(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    p->w[v] = w + k0 * WORD;
}

/* Two elements of a row are in a word (dev.tegula.tile.PackFloats); the last word may have one. */
static void decode_f16(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k;
    w += k0 / 2 * WORD;
    for (int64_t i = 0; i < count; i += 2, w += WORD) {
        VF even, odd;
        vf_load_pairs(w, &even, &odd);
        prefetch(w);
        vf_store(p->floats[i] + v * LANES, even);
        vf_store(p->floats[i + 1] + v * LANES, odd);
    }
}

static void decode_bf16(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k;
    w += k0 / 2 * WORD;
    for (int64_t i = 0; i < count; i += 2, w += WORD) {
        VI x = vi_load(w);
        prefetch(w);
        vi_store(p->floats[i] + v * LANES, vi_left(x, 16));
        vi_store(p->floats[i + 1] + v * LANES, vi_and(x, vi_all((int32_t)0xFFFF0000)));
    }
}
