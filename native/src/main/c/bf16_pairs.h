/*
 * BF16 weights with activations in BF16: pairs of products, the odd one first, with subnormals taken as zeros, as VDPBF16PS does
 * (dev.tegula.kernel.ref.Bf16Dot). Records and panels have the two elements of a pair the other way round, so that the tile of
 * F32 takes them in this order; an odd k is filled up with a zero.
 *
 * On x86 only, whose CPUs judge what is subnormal after rounding, as the instruction does; AArch64's do before.
 */
static void record_bf16(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    (void)kind;
    uint32_t *out = to;
    x += 2 * k0;
    for (int64_t i = 0; i < count; i += 2, x += 4) {
        uint16_t pair[2] = {0, 0};
        memcpy(pair, x, i + 1 < count ? 4 : 2);
        out[i] = (uint32_t)pair[1] << 16;
        out[i + 1] = (uint32_t)pair[0] << 16;
    }
}

static void decode_bf16_pairs(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k;
    w += k0 / 2 * WORD;
    for (int64_t i = 0; i < count; i += 2, w += WORD) {
        VI x = vi_load(w);
        prefetch(w);
        vi_store(p->floats[i] + v * LANES, vi_and(x, vi_all((int32_t)0xFFFF0000)));
        vi_store(p->floats[i + 1] + v * LANES, vi_left(x, 16));
    }
}

/* Makes the CPU take subnormals as zeros; returns the mode to go back to. */
INLINE uint32_t flush_subnormals(void) {
    uint32_t before, flush;
    __asm__ volatile("stmxcsr %0" : "=m"(before));
    flush = before | 0x8040;
    __asm__ volatile("ldmxcsr %0" : : "m"(flush) : "memory");
    return before;
}

INLINE void keep_subnormals(uint32_t before) {
    __asm__ volatile("ldmxcsr %0" : : "m"(before) : "memory");
}

static void multiply_pairs(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    uint32_t mode = flush_subnormals();
    multiply_floats(rows, p, x, (count + 1) / 2 * 2, out);
    keep_subnormals(mode);
}

__attribute__((noinline)) static void sum_bf16_pairs(const char *const w[2], int64_t k, const float *a, float *out) {
    VF acc[2] = {vf_zero(), vf_zero()};
    for (int64_t i = 0; i < k; i += 2) {
        EACH_VECTOR {
            VI word = vi_load(w[v] + i / 2 * WORD);
            prefetch(w[v] + i / 2 * WORD);
            VF odd = vf_of_bits(vi_and(word, vi_all((int32_t)0xFFFF0000)));
            acc[v] = vf_fma(vf_broadcast(a + i), odd, acc[v]);
            acc[v] = vf_fma(vf_broadcast(a + i + 1), vf_of_bits(vi_left(word, 16)), acc[v]);
        }
    }
    EACH_VECTOR vf_store(out + v * LANES, acc[v]);
}

static void gemv_bf16_pairs(const char *const w[2], int64_t k, const void *x, float *out) {
    uint32_t mode = flush_subnormals();
    sum_bf16_pairs(w, k, x, out);
    keep_subnormals(mode);
}

#ifdef BF16_DOT
/*
 * The same with VDPBF16PS, which multiplies words of weights as they are packed with pairs of activations as they are, and
 * flushes subnormals in any mode.
 */
static void record_bf16_dot(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    (void)kind;
    uint16_t *out = to;
    memcpy(out, x + 2 * k0, 2 * count);
    if (count % 2) {
        out[count] = 0;
    }
}

static void decode_bf16_dot(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    p->w[v] = w + k0 / 2 * WORD;
}

INLINE void tile_bf16_dot(const int R, const char *const w[2], const float *x, int64_t count, float *out) {
    VF acc[FLOAT_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        acc[i / 2][i % 2] = vf_load(out + i * LANES);
    }
    for (int64_t i = 0; i < (count + 1) / 2; i++) {
        VF a = vf_load(w[0] + i * WORD);
        VF b = vf_load(w[1] + i * WORD);
        UNROLL for (int r = 0; r < R; r++) {
            VF e = vf_broadcast(x + r * CHUNK / 2 + i);
            acc[r][0] = dot_bf16(acc[r][0], a, e);
            acc[r][1] = dot_bf16(acc[r][1], b, e);
        }
    }
    UNROLL for (int i = 0; i < 2 * R; i++) {
        vf_store(out + i * LANES, acc[i / 2][i % 2]);
    }
}

static void multiply_bf16_dot(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    ROWS_SWITCH(FLOAT_ROWS, rows, tile_bf16_dot, p->w, x, count, out)
}

static void gemv_bf16_dot(const char *const w[2], int64_t k, const void *x, float *out) {
    const float *a = x;
    VF acc[2] = {vf_zero(), vf_zero()};
    for (int64_t i = 0; i < (k + 1) / 2; i++) {
        EACH_VECTOR {
            prefetch(w[v] + i * WORD);
            acc[v] = dot_bf16(acc[v], vf_load(w[v] + i * WORD), vf_broadcast(a + i));
        }
    }
    EACH_VECTOR vf_store(out + v * LANES, acc[v]);
}
#endif
