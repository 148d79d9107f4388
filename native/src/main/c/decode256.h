/* Decodes packed blocks of 256 (dev.tegula.tile.Pack…) to a panel, one vector of rows at a time. */

/* Byte j of four-byte words, with its sign or without. */
INLINE VI byte_of(const char *words, int j) {
    return vi_and(vi_right(vi_load(words + j / 4 * WORD), 8 * (j % 4)), vi_all(255));
}
INLINE VI signed_byte_of(const char *words, int j) {
    return vi_down(vi_left(vi_load(words + j / 4 * WORD), 24 - 8 * (j % 4)), 24);
}
/* Two values as the I16 of a lane. */
INLINE VI pair_of(VI low, VI high) {
    return vi_or(vi_and(low, vi_all(0xFFFF)), vi_left(high, 16));
}
INLINE VF negative(VF x) {
    return vf_of_bits(vi_xor(vi_of_bits(x), vi_all((int32_t)0x80000000)));
}

/* Scales of 2 words, minimums of 2, d, dmin, 32 words of codes: sub-blocks 2 g and 2 g + 1 in words 8 g ... 8 g + 7. */
#define Q4_K_UNIT (38 * WORD)
static void decode_q4_k(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    const VI low = vi_all(0x0F0F0F0F);
    w += k0 / CHUNK * Q4_K_UNIT;
    for (int j = 0; j < 8; j++) {
        vi_store(p->scales[j] + v * LANES, pair_scale(byte_of(w, j)));
    }
    for (int j = 0; j < 4; j++) {
        vi_store(p->pairs[j] + v * LANES, pair_of(byte_of(w + 2 * WORD, 2 * j), byte_of(w + 2 * WORD, 2 * j + 1)));
    }
    vf_store(p->d[0] + v * LANES, vf_load(w + 4 * WORD));
    vf_store(p->m[0] + v * LANES, negative(vf_load(w + 5 * WORD)));
    w += 6 * WORD;
    for (int u = 0; u < 32; u++) {
        VI x = vi_load(w + u * WORD);
        prefetch(w + u * WORD);
        int8_t(*to)[MAX_PANEL][4] = p->codes + u / 8 * 16 + u % 8;
        vi_store(to[0] + v * LANES, vi_and(x, low));
        vi_store(to[8] + v * LANES, vi_and(vi_right(x, 4), low));
    }
}

/* Scales of 4 words, d, then 8 times 4 words of low and 2 of high bits. */
#define Q6_K_UNIT (53 * WORD)

#ifndef VNNI
/* Scales 2 j and 2 j + 1 times -32: 16 bits hold 32 * 128 and its negative. */
INLINE VI pair_of_scales(const char *w, int j) {
    return vi_times_pairs(pair_of(signed_byte_of(w, 2 * j), signed_byte_of(w, 2 * j + 1)), -32);
}
#endif

/* The first step (four elements of k) of the i-th six words: those of the upper halves are 16 steps on. */
INLINE int q6_k_step(int i) {
    return (i / 4 * 4 + i / 2 % 2) * 8 + i % 2 * 4;
}

/* Codes of words 2 m and 2 m + 1 of six: of their lower halves, then of their upper ones. */
INLINE void codes_q6_k(const char *w, int m, VI q[4]) {
    const VI low = vi_all(0x0F0F0F0F), high = vi_all(0x30303030);
    VI bits = vi_load(w + (4 + m) * WORD);
    VI x = vi_load(w + 2 * m * WORD);
    VI y = vi_load(w + (2 * m + 1) * WORD);
    prefetch(w + 3 * m * WORD);
    prefetch(w + (3 * m + 1) * WORD);
    prefetch(w + (3 * m + 2) * WORD);
    q[0] = vi_or(vi_and(x, low), vi_and(vi_left(bits, 4), high));
    q[1] = vi_or(vi_and(y, low), vi_and(vi_left(bits, 2), high));
    q[2] = vi_or(vi_and(vi_right(x, 4), low), vi_and(bits, high));
    q[3] = vi_or(vi_and(vi_right(y, 4), low), vi_and(vi_right(bits, 2), high));
}

static void decode_q6_k(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    w += k0 / CHUNK * Q6_K_UNIT;
    for (int j = 0; j < 16; j++) {
        vi_store(p->scales[j] + v * LANES, pair_scale(signed_byte_of(w, j)));
    }
#ifndef VNNI
    for (int j = 0; j < 8; j++) {
        vi_store(p->pairs[j] + v * LANES, pair_of_scales(w, j));
    }
#endif
    vf_store(p->d[0] + v * LANES, vf_load(w + 4 * WORD));
    w += 5 * WORD;
    for (int i = 0; i < 8; i++, w += 6 * WORD) {
        int8_t(*to)[MAX_PANEL][4] = p->codes + q6_k_step(i);
        UNROLL for (int m = 0; m < 2; m++) {
            VI q[4];
            codes_q6_k(w, m, q);
            vi_store(to[2 * m] + v * LANES, q[0]);
            vi_store(to[2 * m + 1] + v * LANES, q[1]);
            vi_store(to[2 * m + 16] + v * LANES, q[2]);
            vi_store(to[2 * m + 17] + v * LANES, q[3]);
        }
    }
}

/* d, then 16 words: bits 2 j, 2 j + 1 of word u of half h are of block 4 h + j. */
#define TQ2_0_UNIT (17 * WORD)
static void decode_tq2_0(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    const VI code = vi_all(0x03030303);
    w += k0 / CHUNK * TQ2_0_UNIT;
    vf_store(p->d[0] + v * LANES, vf_load(w));
    w += WORD;
    for (int u = 0; u < 16; u++) {
        VI x = vi_load(w + u * WORD);
        prefetch(w + u * WORD);
        int8_t(*to)[MAX_PANEL][4] = p->codes + u / 8 * 32 + u % 8;
        UNROLL for (int j = 0; j < 4; j++) {
            vi_store(to[8 * j] + v * LANES, vi_and(vi_right(x, 2 * j), code));
        }
    }
}

/* Scales of 4 words, minimums of 4, d, -dmin, 64 words of codes. */
#define CODES256_UNIT (74 * WORD)
static void decode_codes256(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k, (void)count;
    w += k0 / CHUNK * CODES256_UNIT;
    for (int j = 0; j < 16; j++) {
        vi_store(p->scales[j] + v * LANES, signed_byte_of(w, j));
    }
    for (int j = 0; j < 8; j++) {
        vi_store(p->pairs[j] + v * LANES,
                 pair_of(signed_byte_of(w + 4 * WORD, 2 * j), signed_byte_of(w + 4 * WORD, 2 * j + 1)));
    }
    vf_store(p->d[0] + v * LANES, vf_load(w + 8 * WORD));
    vf_store(p->m[0] + v * LANES, vf_load(w + 9 * WORD));
    w += 10 * WORD;
    for (int u = 0; u < 64; u++) {
        vi_store(p->codes[u] + v * LANES, int8_code(vi_load(w + u * WORD)));
        prefetch(w + u * WORD);
    }
}
