/*
 * Dot products of codes with activations, four bytes to a lane: each instruction set in its own way, exact in all.
 *
 * With VNNI one instruction adds four products of unsigned codes and signed activations to an I32. Signed codes get an
 * offset of 128; a sum begins with what takes the offset off again. On AArch64 the codes of that instruction are signed.
 *
 * Without it, products of unsigned codes are added up in pairs of I16, two to a lane: 16 products of 4-bit codes, at most
 * 16 * 15 * 127 = 30480, 4 of 6-bit codes, 4 * 63 * 127 = 32004, or 64 of 2-bit codes, 64 * 3 * 127 = 24384.
 * Those of unsigned codes of 7 bits, at most 2 * 127 * 127 = 32258 to a pair, go to I32 at once, and so do products of signed codes of 8 bits, which
 * are products of the code's magnitude and the activation with the code's sign, at most 2 * 128 * 127 = 32512 to a pair.
 */
#ifndef TEGULA_DOT_H
#define TEGULA_DOT_H

/* Bytes ahead of the weights being decoded that are asked for: some 500 cycles of reading from memory. */
#define AHEAD 2048

INLINE void prefetch(const char *p) {
    __builtin_prefetch(p + AHEAD, 0, 3);
}

/* The same of so many words. */
INLINE void prefetch_words(const char *p, int count) {
    UNROLL for (int i = 0; i < count; i++) {
        prefetch(p + i * 64);
    }
}

#ifdef VNNI

#ifdef SIGNED_DOT

#define OFFSET8 0
/* Steps of four products of 4-bit codes that dot_scaled takes: a whole sub-block, since it need not fit I16. */
#define STEPS4 8

INLINE VI int8_code(VI x) {
    return x;
}
/* c + scale * s for a sum s that fits I16; the scale is laid out by pair_scale. */
INLINE VI dot_scaled(VI c, VI s, VI scale) {
    return vi_add(c, vi_mul(s, scale));
}
/* I32 scales of at most 16 bits as dot_scaled takes them. */
INLINE VI pair_scale(VI scale) {
    return scale;
}

#else

/* Added to signed 8-bit codes. */
#define OFFSET8 128
/* Steps of four products of 4-bit codes whose sum fits I16: 16 * 15 * 127. */
#define STEPS4 4

INLINE VI int8_code(VI x) {
    return vi_xor(x, vi_all((int32_t)0x80808080));
}
INLINE VI dot_scaled(VI c, VI s, VI scale) {
    return vi_dot_pairs(c, s, scale);
}
INLINE VI pair_scale(VI scale) {
    return vi_and(scale, vi_all(0xFFFF));
}

#endif

/* A sum of a block, from offset (minus what the codes' offset will add). */
INLINE VI dot_begin(const void *offset) {
    return vi_broadcast(offset);
}
INLINE VI dot(const int bits, VI s, VI w, VI a) {
    (void)bits;
    return vi_dot(s, w, a);
}
INLINE VI dot_end(const int bits, VI s, const void *offset) {
    (void)bits, (void)offset;
    return s;
}
/* s + t before dot_end; four bits: both fit I16 together. */
INLINE VI dot_add(const int bits, VI s, VI t) {
    (void)bits;
    return vi_add(s, t);
}
/* c + s for sums that dot began with 0. */
INLINE VI dot_join(VI c, VI s) {
    return vi_add(c, s);
}

#else

#define OFFSET8 0
#define STEPS4 8

INLINE VI int8_code(VI x) {
    return x;
}
INLINE VI dot_begin(const void *offset) {
    (void)offset;
    return vi_zero();
}
INLINE VI dot(const int bits, VI s, VI w, VI a) {
    return bits == 8   ? vi_dot_pairs(s, vi_pairs_signed(w, a), vi_all(0x00010001))
           : bits == 7 ? vi_dot_pairs(s, vi_pairs(w, a), vi_all(0x00010001))
                       : vi_add_pairs(s, vi_pairs(w, a));
}
INLINE VI dot_end(const int bits, VI s, const void *offset) {
    return bits == 8   ? s
           : bits == 7 ? vi_add(s, vi_broadcast(offset))
                       : vi_dot_pairs(vi_broadcast(offset), s, vi_all(0x00010001));
}
INLINE VI dot_add(const int bits, VI s, VI t) {
    return bits >= 7 ? vi_add(s, t) : vi_add_pairs(s, t);
}
INLINE VI dot_join(VI c, VI s) {
    return vi_dot_pairs(c, s, vi_all(0x00010001));
}
INLINE VI dot_scaled(VI c, VI s, VI scale) {
    return vi_dot_pairs(c, s, scale);
}
INLINE VI pair_scale(VI scale) {
    return vi_or(vi_and(scale, vi_all(0xFFFF)), vi_left(scale, 16));
}

#endif

#ifdef MATRIX_DOT

/*
 * One instruction multiplies two rows of weights with two of activations. Meanwhile the sums of two rows lie together: those
 * of both rows with column 0, of both with column 1, and so on.
 */
INLINE void rows_together(const int R, VI s[][2]) {
    UNROLL for (int i = 0; i < R / 2 * 2; i++) {
        vi_together(&s[i / 2 * 2][i % 2], &s[i / 2 * 2 + 1][i % 2]);
    }
}
INLINE void rows_apart(const int R, VI s[][2]) {
    UNROLL for (int i = 0; i < R / 2 * 2; i++) {
        vi_apart(&s[i / 2 * 2][i % 2], &s[i / 2 * 2 + 1][i % 2]);
    }
}
#define DOT_STEPS 2
INLINE void dot_steps(const int R, const int bits, VI s[][2], const int8_t (*codes)[MAX_PANEL][4], const int8_t *q,
                      const int64_t apart) {
    UNROLL for (int v = 0; v < 2; v++) {
        VI w = vi_load(codes[0] + v * LANES);
        VI t = vi_load(codes[1] + v * LANES);
        UNROLL for (int r = 0; r + 1 < R; r += 2) {
            vi_dot_matrix(&s[r][v], &s[r + 1][v], w, t, q + r * apart, q + (r + 1) * apart);
        }
        if (R % 2) {
            const int8_t *last = q + (R - 1) * apart;
            s[R - 1][v] = dot(bits, dot(bits, s[R - 1][v], w, vi_broadcast(last)), t, vi_broadcast(last + 4));
        }
    }
}

#else

INLINE void rows_together(const int R, VI s[][2]) {
    (void)R, (void)s;
}
INLINE void rows_apart(const int R, VI s[][2]) {
    (void)R, (void)s;
}
/*
 * s[r][v] += the products of DOT_STEPS steps, four elements of k each, with R rows of activations that are so many bytes
 * apart. Before it s goes through rows_together, unless it is zeros, and at the end through rows_apart.
 */
#define DOT_STEPS 1
INLINE void dot_steps(const int R, const int bits, VI s[][2], const int8_t (*codes)[MAX_PANEL][4], const int8_t *q,
                      const int64_t apart) {
    VI w0 = vi_load(codes[0]);
    VI w1 = vi_load(codes[0] + LANES);
    UNROLL for (int r = 0; r < R; r++) {
        VI a = vi_broadcast(q + r * apart);
        s[r][0] = dot(bits, s[r][0], w0, a);
        s[r][1] = dot(bits, s[r][1], w1, a);
    }
}

#endif

#endif
