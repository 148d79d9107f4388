// Weight formats as dev.tegula.tile packs them: FORMAT is one of these. Of block b of activations' length and sub-block s:
//   CODES(w, b, s, u)  four codes, elements 4u to 4u + 3 of the sub-block, a byte each
//   SIGNED_CODES       if they are signed; all lie in -128 ... 127 either way
//   ZERO, SCALE, MIN   the sub-block's zero point, integer scale and integer minimum
//   SCALED, ZEROED     if scales, or zero points, are not the same for all sub-blocks
//   SCALE_D, SCALE_M   the block's scale, and its scale of minimums times -1; HAS_MIN whether it has any
//   PIECES, SUB_OF     if work-items that share a block should not have consecutive parts of 32 elements (q_few.cl)
#define Q8_0 1
#define Q4_0 2
#define I8X32 3
#define Q4_K 4
#define Q6_K 5
#define I8X256 6
#define TQ2_0 7
#define FIELDS 8

#define ZEROS_OFFSET(k) 0
#define CODES_OFFSET(k, a, b) 0
#define ZERO(w, b, s) 0
#define SCALE(w, b, s) 1
#define MIN(w, b, s) 0
#define HAS_MIN 0
#define SCALE_M(w, b) ((F)0.0f)

#if FORMAT == Q8_0
#define X_LENGTH 32
#define SUB 32
#define SIGNED_CODES
#define CODES(w, b, s, u) WORD(w, (b) / 2 * 17 + 1 + (b) % 2 * 8 + (u))
#define SCALE_D(w, b) PAIRED_HALF(WORD(w, (b) / 2 * 17), b)

#elif FORMAT == Q4_0
#define X_LENGTH 32
#define SUB 32
#define CODES(w, b, s, u) (WORD(w, (b) / 2 * 9 + 1 + (b) % 2 * 4 + (u) % 4) >> ((u) / 4 * 4) & 0x0F0F0F0F)
#undef ZERO
#define ZERO(w, b, s) 8
#define SCALE_D(w, b) PAIRED_HALF(WORD(w, (b) / 2 * 9), b)

#elif FORMAT == I8X32
// Decoded to int8 when it was packed; MINIMUMS says whether it has any.
#define X_LENGTH 32
#define SUB 32
#define SIGNED_CODES
#define CODES(w, b, s, u) WORD(w, (b) * 10 + 2 + (u))
#undef MIN
#define MIN(w, b, s) 1
#undef HAS_MIN
#define HAS_MIN MINIMUMS
#undef SCALE_M
#define SCALE_M(w, b) AS_F(WORD(w, (b) * 10 + 1))
#define SCALE_D(w, b) AS_F(WORD(w, (b) * 10))

#elif FORMAT == Q4_K
#define X_LENGTH 256
#define SUB 32
#define SCALED
#define PIECES 4
#define UNIT 38
#define CODES(w, b, s, u) (WORD(w, (b) * UNIT + 6 + (s) / 2 * 8 + (u)) >> ((s) % 2 * 4) & 0x0F0F0F0F)
#undef SCALE
#define SCALE(w, b, s) BYTE(WORD(w, (b) * UNIT + (s) / 4), (s) % 4)
#undef MIN
#define MIN(w, b, s) BYTE(WORD(w, (b) * UNIT + 2 + (s) / 4), (s) % 4)
#undef HAS_MIN
#define HAS_MIN 1
#undef SCALE_M
#define SCALE_M(w, b) (-AS_F(WORD(w, (b) * UNIT + 5)))
#define SCALE_D(w, b) AS_F(WORD(w, (b) * UNIT + 4))

#elif FORMAT == Q6_K
#define SCALED
#define PIECES 4
#define SUB_OF(piece, i) ((piece) / 2 * 8 + (piece) % 2 * 2 + (i) / 2 * 4 + (i) % 2)
// Sub-block s of 16 is half s % 2 of block s / 2 of 32; of those four of a half of the super-block, the last two are in the
// upper halves of bytes.
#define X_LENGTH 256
#define SUB 16
#define UNIT 53
#define STEP_AT(b, s) ((b) * UNIT + 5 + ((s) / 8 * 4 + (s) / 2 % 2 * 2 + (s) % 2) * 6)
#define UPPER_HALF(s) ((s) / 4 % 2 * 4)
#define CODES(w, b, s, u) ((WORD(w, STEP_AT(b, s) + (u)) >> UPPER_HALF(s) & 0x0F0F0F0F) \
    | (WORD(w, STEP_AT(b, s) + 4 + (u) / 2) >> (UPPER_HALF(s) + (u) % 2 * 2) & 0x03030303) << 4)
#undef ZERO
#define ZERO(w, b, s) 32
#undef SCALE
#define SCALE(w, b, s) SIGNED_BYTE(WORD(w, (b) * UNIT + (s) / 4), (s) % 4)
#define SCALE_D(w, b) AS_F(WORD(w, (b) * UNIT + 4))

#elif FORMAT == I8X256
// Decoded to int8 when it was packed; MINIMUMS says whether it has any.
#define X_LENGTH 256
#define SUB 16
#define SCALED
#define PIECES 4
#define UNIT 74
#define SIGNED_CODES
#define CODES(w, b, s, u) WORD(w, (b) * UNIT + 10 + (s) * 4 + (u))
#undef SCALE
#define SCALE(w, b, s) SIGNED_BYTE(WORD(w, (b) * UNIT + (s) / 4), (s) % 4)
#undef MIN
#define MIN(w, b, s) SIGNED_BYTE(WORD(w, (b) * UNIT + 4 + (s) / 4), (s) % 4)
#undef HAS_MIN
#define HAS_MIN MINIMUMS
#undef SCALE_M
#define SCALE_M(w, b) AS_F(WORD(w, (b) * UNIT + 9))
#define SCALE_D(w, b) AS_F(WORD(w, (b) * UNIT + 8))

#elif FORMAT == TQ2_0
#define X_LENGTH 256
#define SUB 32
#define PIECES 2
#define CODES(w, b, s, u) (WORD(w, (b) * 17 + 1 + (s) / 4 * 8 + (u)) >> ((s) % 4 * 2) & 0x03030303)
#undef ZERO
#define ZERO(w, b, s) 1
#define SCALE_D(w, b) AS_F(WORD(w, (b) * 17))

#elif FORMAT == FIELDS
// Integers of BITS bits in planes, the widest first with the lowest bits. GROUP elements share a scale and, if the launcher's
// first number says so, a zero point; else the second number is the zero point of all.
#define X_LENGTH GROUP
#define SUB 32
#define ZEROED
#define GROUPS(k) ((k) / GROUP)
#undef ZEROS_OFFSET
#define ZEROS_OFFSET(k) ((GROUPS(k) + 1) / 2)
#undef CODES_OFFSET
#define CODES_OFFSET(k, a, b) (ZEROS_OFFSET(k) + ((a) ? (GROUPS(k) + 3) / 4 : 0))
#define FIELD(w, at, u, width) (WORD(w, (at) + (u) % (width)) >> ((u) / (width) * (width)) \
    & ((1 << (width)) - 1) * 0x01010101)
#define AT_BLOCK(b, s) (extra.codes + ((b) * SUBS + (s)) * BITS)
#if BITS == 8
#define SIGNED_CODES
#define CODES(w, b, s, u) WORD(w, AT_BLOCK(b, s) + (u))
#elif BITS == 1 || BITS == 2 || BITS == 4
#define CODES(w, b, s, u) FIELD(w, AT_BLOCK(b, s), u, BITS)
#elif BITS == 3
#define CODES(w, b, s, u) (FIELD(w, AT_BLOCK(b, s), u, 2) | FIELD(w, AT_BLOCK(b, s) + 2, u, 1) << 2)
#elif BITS == 5
#define CODES(w, b, s, u) (FIELD(w, AT_BLOCK(b, s), u, 4) | FIELD(w, AT_BLOCK(b, s) + 4, u, 1) << 4)
#elif BITS == 6
#define CODES(w, b, s, u) (FIELD(w, AT_BLOCK(b, s), u, 4) | FIELD(w, AT_BLOCK(b, s) + 4, u, 2) << 4)
#else
#define CODES(w, b, s, u) (FIELD(w, AT_BLOCK(b, s), u, 4) | FIELD(w, AT_BLOCK(b, s) + 4, u, 2) << 4 \
    | FIELD(w, AT_BLOCK(b, s) + 6, u, 1) << 6)
#endif
#undef ZERO
#define ZERO(w, b, s) (extra.first ? BYTE(WORD(w, extra.zeros + (b) / 4), (b) % 4) - (BITS == 8 ? 128 : 0) : (I)(extra.second))
#define SCALE_D(w, b) PAIRED_HALF(WORD(w, (b) / 2), b)
#endif

// The j-th code of a word; its codes 0 and 2, or 1 and 3, as 16 bits each.
#ifdef SIGNED_CODES
#define CODE(word, j) SIGNED_BYTE(word, j)
#define EVEN_CODES(word) ((word) << 8 >> 24 << 16 | ((word) << 24 >> 24 & 0xFFFF))
#define ODD_CODES(word) ((word) >> 24 << 16 | ((word) << 16 >> 24 & 0xFFFF))
#else
#define CODE(word, j) BYTE(word, j)
#define EVEN_CODES(word) ((word) & 0x00FF00FF)
#define ODD_CODES(word) ((word) >> 8 & 0x00FF00FF)
#endif

// A block of Q8 activations: its scale, sums of X_SUM codes, the codes.
#define X_SUM (X_LENGTH == 256 ? 16 : 32)
#define X_HEAD (4 + 4 * (X_LENGTH / X_SUM))
#define X_BYTES (X_HEAD + X_LENGTH)
#define SUBS (X_LENGTH / SUB)
