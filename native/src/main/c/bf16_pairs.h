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
