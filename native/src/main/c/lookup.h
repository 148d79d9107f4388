/*
 * Ternary weights by looking sums up instead of multiplying, as bitnet.cpp's TL kernels do: a byte shuffle finds the sum of two
 * products at once in a table of 16, which the nibble of two codes picks. The integers, and so the tree, are those of blocks256.h.
 *
 * A table serves all output rows, so that the 16 bytes of a shuffle are those of 16 rows (dev.tegula.tile.PackTq2Bytes): byte t
 * of a row holds elements i, i + 32, i + 64 and i + 96 of half t / 32 with i = t % 32. The sums need 9 bits, so there is a table of
 * their low bytes and one of their high ones.
 */

/* 256 activations of a row. */
struct record_tables {
    _Alignas(64) int8_t of[4][CHUNK / 4][16]; /* low and high bytes for lower nibbles, then for upper ones; by t and nibble */
    float d;
};

typedef int16_t Sums __attribute__((vector_size(32)));
typedef int8_t Bytes __attribute__((vector_size(16)));

static void record_tables(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    /* By nibble: its codes less 1. */
    const Sums first = {-1, 0, 1, 2, -1, 0, 1, 2, -1, 0, 1, 2, -1, 0, 1, 2};
    const Sums second = {-1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
    (void)count, (void)kind;
    struct record_tables *record = to;
    x += k0 / CHUNK * 324;
    memcpy(&record->d, x, 4);
    for (int t = 0; t < CHUNK / 4; t++) {
        const int8_t *a = (const int8_t *)x + 68 + t / 32 * 128 + t % 32;
        for (int upper = 0; upper < 2; upper++, a += 64) {
            Sums sums = first * (int16_t)a[0] + second * (int16_t)a[32];
            Bytes low = __builtin_convertvector(sums, Bytes), high = __builtin_convertvector(sums >> 8, Bytes);
            memcpy(record->of[2 * upper][t], &low, 16);
            memcpy(record->of[2 * upper + 1][t], &high, 16);
        }
    }
}

static void decode_lookup(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    p->w[v] = w + k0 / CHUNK * TQ2_0_UNIT;
}

/* Sums of the bytes that were looked up, each lane those of four rows. */
struct lookup_sums {
    VI all;  /* low bytes, as I16 that hold an even byte and 256 times an odd one, modulo 2^16 */
    VI odd;  /* odd low bytes as I16 */
    VI high; /* high bytes: 32 of -3 ... 2 fit */
};

INLINE void look_up(struct lookup_sums *s, VI codes, const VI tables[4]) {
    const VI nibble = vi_all(0x0F0F0F0F);
    UNROLL for (int i = 0; i < 2; i++) {
        VI at = vi_and(i ? vi_right(codes, 4) : codes, nibble);
        VI low = vi_lookup(tables[2 * i], at);
        s->all = vi_add_pairs(s->all, low);
        s->odd = vi_add_pairs(s->odd, vi_odd_bytes(low));
        s->high = vi_add_bytes(s->high, vi_lookup(tables[2 * i + 1], at));
    }
}

/* The I16 in the lower half of each lane. */
INLINE VI lower_half(VI x) {
    return vi_down(vi_left(x, 16), 16);
}

/* Adds the sums of half a block, which fit I16: at most 64 * 2 * 127 to a byte's place. */
INLINE void join_lookups(VI rows[4], const struct lookup_sums *s) {
    UNROLL for (int i = 0; i < 4; i += 2) {
        VI all = s->all, odd = s->odd, high = s->high;
        if (i) {
            all = vi_right(all, 16), odd = vi_right(odd, 16), high = vi_right(high, 16);
        }
        rows[i] = vi_add(rows[i], lower_half(vi_add(all, vi_left(vi_sub(high, odd), 8))));
        rows[i + 1] = vi_add(rows[i + 1], lower_half(vi_add(odd, vi_and(high, vi_all(0xFF00)))));
    }
}

typedef int32_t Quad __attribute__((vector_size(16)));

/* rows[i] has in each of its quads a share of the sums of rows 4 i ... 4 i + 3 of a group. */
INLINE void fold_lookups(const VI rows[4], const char *w, float d, float *out) {
    Quad shares[4][LANES / 4], sums[4];
    UNROLL for (int i = 0; i < 4; i++) {
        vi_store(shares[i], rows[i]);
        sums[i] = shares[i][0];
        UNROLL for (int q = 1; q < LANES / 4; q++) {
            sums[i] += shares[i][q];
        }
    }
    UNROLL for (int v = 0; v < GROUP / LANES; v++) {
        VF sum = vf_of_int(vi_load(&sums[v * LANES / 4]));
        vf_store(out + v * LANES, vf_fma(sum, vf_mul(vf_load(w + v * sizeof(VF)), vf_all(d)), vf_load(out + v * LANES)));
    }
}

INLINE void lookup_row(const struct panel *p, const struct record_tables *a, float *out) {
    VI sums[PANEL_GROUPS][4];
    UNROLL for (int i = 0; i < 4 * PANEL_GROUPS; i++) {
        sums[i / 4][i % 4] = vi_zero();
    }
    for (int half = 0; half < CHUNK / 4; half += CHUNK / 8) {
        struct lookup_sums s[PANEL_GROUPS];
        UNROLL for (int g = 0; g < PANEL_GROUPS; g++) {
            s[g].all = s[g].odd = s[g].high = vi_zero();
        }
        for (int t = half; t < half + CHUNK / 8; t += LANES / 4) {
            VI tables[4];
            UNROLL for (int i = 0; i < 4; i++) {
                tables[i] = vi_load(a->of[i][t]);
            }
            UNROLL for (int g = 0; g < PANEL_GROUPS; g++) {
                const char *codes = p->w[g] + WORD + GROUP * t;
                prefetch(codes);
                look_up(&s[g], vi_load(codes), tables);
            }
        }
        UNROLL for (int g = 0; g < PANEL_GROUPS; g++) {
            join_lookups(sums[g], &s[g]);
        }
    }
    UNROLL for (int g = 0; g < PANEL_GROUPS; g++) {
        fold_lookups(sums[g], p->w[g], a->d, out + g * GROUP);
    }
}

/* Row by row: nothing that one has in registers serves another. */
static void multiply_lookup(int rows, const struct panel *p, const void *x, int64_t count, float *out) {
    (void)count;
    const struct record_tables *a = x;
    for (int r = 0; r < rows; r++) {
        lookup_row(p, a + r, out + r * PANEL);
    }
}
