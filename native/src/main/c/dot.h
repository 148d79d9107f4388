/*
 * Dot products of codes with activations, four bytes to a lane: each instruction set in its own way, exact in all.
 *
 * With VNNI one instruction adds four products of unsigned codes and signed activations to an I32. Signed codes get an
 * offset of 128; a sum begins with what takes the offset off again. On AArch64 the codes of that instruction are signed.
 *
 * Without it, products of unsigned codes are added up in pairs of I16, two to a lane: 16 products of 4-bit codes, at most
 * 16 * 15 * 127 = 30480, 4 of 6-bit codes, 4 * 63 * 127 = 32004, or 64 of 2-bit codes, 64 * 3 * 127 = 24384. Products of signed codes of 8 bits are products of the code's magnitude and the activation with
 * the code's sign, at most 2 * 128 * 127 = 32512 to a pair, and go to I32 at once.
 */
#ifndef TEGULA_DOT_H
#define TEGULA_DOT_H

/* Bytes ahead of the weights being decoded that are asked for: some 500 cycles of reading from memory. */
#define AHEAD 2048

INLINE void prefetch(const char *p) {
    __builtin_prefetch(p + AHEAD, 0, 3);
}

#ifdef VNNI

/* Steps of four products of 4-bit codes whose sum fits I16: 16 * 15 * 127. */
#define STEPS4 4

#ifdef SIGNED_DOT

#define OFFSET8 0

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
    return bits == 8 ? vi_dot_pairs(s, vi_pairs_signed(w, a), vi_all(0x00010001)) : vi_add_pairs(s, vi_pairs(w, a));
}
INLINE VI dot_end(const int bits, VI s, const void *offset) {
    return bits == 8 ? s : vi_dot_pairs(vi_broadcast(offset), s, vi_all(0x00010001));
}
INLINE VI dot_add(const int bits, VI s, VI t) {
    return bits == 8 ? vi_add(s, t) : vi_add_pairs(s, t);
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

#endif
