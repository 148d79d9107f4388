/*
 * Weights in blocks of 32 with activations in Q8_A32 (a block: F32 scale, I32 sum, 32 int8):
 *
 *   c = fma((float) sum of q a, dW dA, c)                   per block
 *   c = fma(mW dA, (float) sum of a, c)                     after it, for formats with minimums
 *   c = fma((float) sum of (q - z) a, dW dA, c)             instead, for formats with zero points
 *
 * The dot product multiplies unsigned by signed bytes, so codes may be stored with an offset z that the activations' sum
 * takes off again: sum of (q + z) a - z sum of a, exact in I32.
 */
#define BLOCKS (CHUNK / 32)

/* 256 activations of a row. */
struct record32 {
    float d[BLOCKS];
    int32_t offset[BLOCKS]; /* -z sum of a */
    float sum[BLOCKS];
    int8_t q[CHUNK];
};

static void record32(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    struct record32 *record = to;
    x += k0 / 32 * 40;
    for (int64_t b = 0; b < count / 32; b++, x += 40) {
        int32_t sum;
        memcpy(&record->d[b], x, 4);
        memcpy(&sum, x + 4, 4);
        record->offset[b] = -kind.z * sum;
        record->sum[b] = (float)sum;
        memcpy(record->q + b * 32, x + 8, 32);
    }
}

/* The same of blocks of 128 in Q8_A128 (F32 scale, 4 I32 sums, 128 int8): scales and sums of two. */
static void record128(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to) {
    struct record32 *record = to;
    x += k0 / 128 * 148;
    for (int64_t b = 0; b < count / 128; b++, x += 148) {
        int32_t sums[4];
        memcpy(&record->d[b], x, 4);
        memcpy(sums, x + 4, 16);
        record->offset[b] = -kind.z * (sums[0] + sums[1] + sums[2] + sums[3]);
        memcpy(record->q + b * 128, x + 20, 128);
    }
}

/* What a format's blocks have besides scale and codes. */
enum { ONLY_CODES, MINS, ZEROS };

/* c with a block's sum of vector v added to it, and what its minimum or zero point adds. */
INLINE VF fold32(const int kind, VI sum, const struct panel *p, const struct record32 *x, int64_t b, int v, VF c) {
    VF dA = vf_broadcast(&x->d[b]);
    if (kind == ZEROS) {
        sum = vi_dot_pairs(sum, vi_load(p->scales[b] + v * LANES), vi_broadcast(&x->offset[b]));
    }
    c = vf_fma(vf_of_int(sum), vf_mul(vf_load(p->d[b] + v * LANES), dA), c);
    return kind == MINS ? vf_fma(vf_mul(vf_load(p->m[b] + v * LANES), dA), vf_broadcast(&x->sum[b]), c) : c;
}

/* R rows times a panel; R, bits and kind are constants of each call site. */
INLINE void tile32(const int R, const int bits, const int kind, const struct panel *p, const struct record32 *x,
                   int64_t blocks, float *out) {
    static const int32_t nothing = 0;
    /* In registers from block to block, or where there are few of them in memory. */
    VF acc[BLOCK_ROWS][2];
    UNROLL for (int i = 0; i < 2 * R; i++) {
        acc[i / 2][i % 2] = vf_load(out + i * LANES);
    }
    for (int64_t b = 0; b < blocks; b++) {
        VI s[BLOCK_ROWS][2];
        UNROLL for (int r = 0; r < R; r++) {
            s[r][0] = s[r][1] = dot_begin(kind == ZEROS ? &nothing : &x[r].offset[b]);
        }
        rows_together(R, s);
        UNROLL for (int u = 0; u < 8; u += DOT_STEPS) {
            dot_steps(R, bits, s, p->codes + b * 8 + u, x->q + b * 32 + 4 * u, sizeof *x);
        }
        rows_apart(R, s);
        UNROLL for (int i = 0; i < 2 * R; i++) {
            const int r = i / 2, v = i % 2;
            VI sum = dot_end(bits, s[r][v], kind == ZEROS ? &nothing : &x[r].offset[b]);
            acc[r][v] = fold32(kind, sum, p, x + r, b, v, acc[r][v]);
        }
    }
    UNROLL for (int i = 0; i < 2 * R; i++) {
        vf_store(out + i * LANES, acc[i / 2][i % 2]);
    }
}

/* As tile32 for groups of 128 with activations in Q8_A128: the sums of four blocks of 32, exact in I32, have one scale. */
INLINE void tile128(const int R, const int bits, const int kind, const struct panel *p, const struct record32 *x,
                    int64_t groups, float *out) {
    static const int32_t nothing = 0;
    for (int64_t g = 0; g < groups; g++) {
        VI s[BLOCK_ROWS][2], sums[BLOCK_ROWS][2];
        UNROLL for (int i = 0; i < 2 * R; i++) {
            s[i / 2][i % 2] = dot_begin(kind == ZEROS ? &nothing : &x[i / 2].offset[g]);
        }
        rows_together(R, s);
        for (int64_t b = 4 * g; b < 4 * g + 4; b++) {
            UNROLL for (int u = 0; u < 8; u += DOT_STEPS) {
                dot_steps(R, bits, s, p->codes + b * 8 + u, x->q + b * 32 + 4 * u, sizeof *x);
            }
#ifndef VNNI
            /* Sums of pairs hold no more than a block. */
            UNROLL for (int i = 0; i < 2 * R; i++) {
                const int r = i / 2, v = i % 2;
                const void *offset = kind == ZEROS || b > 4 * g ? &nothing : &x[r].offset[g];
                VI sum = dot_end(bits, s[r][v], offset);
                sums[r][v] = b > 4 * g ? vi_add(sums[r][v], sum) : sum;
                s[r][v] = vi_zero();
            }
#endif
        }
        rows_apart(R, s);
        UNROLL for (int i = 0; i < 2 * R; i++) {
            const int r = i / 2, v = i % 2;
#ifdef VNNI
            sums[r][v] = s[r][v];
#endif
            vf_store(out + i * LANES, fold32(kind, sums[r][v], p, x + r, g, v, vf_load(out + i * LANES)));
        }
    }
}

#ifdef AMX
#include "tiles.h"
/* Sixteen rows, or what is left. */
#define TILE32(NAME_, BITS, KIND)                                                                                      \
    static void NAME_(int rows, const struct panel *p, const void *x, int64_t count, float *out) {                     \
        if (rows == BLOCK_ROWS) {                                                                                      \
            tiles32(KIND, p, x, count / 32, out);                                                                      \
        } else {                                                                                                       \
            ROWS_SWITCH(8, rows, tile32, BITS, KIND, p, x, count / 32, out)                                            \
        }                                                                                                              \
    }
#define TILE128(NAME_, BITS, KIND)                                                                                     \
    static void NAME_(int rows, const struct panel *p, const void *x, int64_t count, float *out) {                     \
        const struct record32 *record = x;                                                                             \
        for (; rows > 8; rows -= 8, record += 8, out += 8 * PANEL) {                                                   \
            tile128(8, BITS, KIND, p, record, count / 128, out);                                                       \
        }                                                                                                              \
        ROWS_SWITCH(8, rows, tile128, BITS, KIND, p, record, count / 128, out)                                         \
    }
#else
#define TILE128(NAME_, BITS, KIND)                                                                                     \
    static void NAME_(int rows, const struct panel *p, const void *x, int64_t count, float *out) {                     \
        ROWS_SWITCH(BLOCK_ROWS, rows, tile128, BITS, KIND, p, x, count / 128, out)                                     \
    }
#define TILE32(NAME_, BITS, KIND)                                                                                      \
    static void NAME_(int rows, const struct panel *p, const void *x, int64_t count, float *out) {                     \
        ROWS_SWITCH(BLOCK_ROWS, rows, tile32, BITS, KIND, p, x, count / 32, out)                                       \
    }
#endif
TILE32(multiply_4, 4, ONLY_CODES)
TILE32(multiply_8, 8, ONLY_CODES)
TILE32(multiply_8_min, 8, MINS)
TILE32(multiply_4_zero, 4, ZEROS)
TILE32(multiply_8_zero, 8, ZEROS)
TILE128(multiply_4_128, 4, ONLY_CODES)
TILE128(multiply_8_128, 8, ONLY_CODES)
TILE128(multiply_4_zero_128, 4, ZEROS)
TILE128(multiply_8_zero_128, 8, ZEROS)
#ifdef VNNI
/* Codes of 8 bits are unsigned as well. */
#define multiply_7 multiply_8
#define multiply_7_zero multiply_8_zero
#define multiply_7_128 multiply_8_128
#define multiply_7_zero_128 multiply_8_zero_128
#else
TILE32(multiply_7, 7, ONLY_CODES)
TILE32(multiply_7_zero, 7, ZEROS)
TILE128(multiply_7_128, 7, ONLY_CODES)
TILE128(multiply_7_zero_128, 7, ZEROS)
#endif

/* Two blocks of so many words of codes behind the word with their scales, two F16 (dev.tegula.tile.PackBlocks32). */
#define UNIT32(WORDS) ((1 + 2 * (WORDS)) * WORD)

/* The scales of a unit, of blocks b and b + 1 of a chunk. */
INLINE void scales32(const char *unit, int64_t b, struct panel *p, int v) {
    VF even, odd;
    vf_load_pairs(unit, &even, &odd);
    vf_store(p->d[b] + v * LANES, even);
    vf_store(p->d[b + 1] + v * LANES, odd);
    prefetch(unit);
}

/* Elements 0 ... 15 of a block are in the lower halves of bytes, the others in the upper ones; z = 8. */
static void decode_q4_0(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    const VI low = vi_all(0x0F0F0F0F);
    (void)k;
    w += k0 / 64 * UNIT32(4);
    for (int64_t b = 0; b < count / 32; b++, w += 4 * WORD) {
        if (b % 2 == 0) {
            scales32(w, b, p, v);
            w += WORD;
        }
        UNROLL for (int u = 0; u < 4; u++) {
            VI x = vi_load(w + u * WORD);
            prefetch(w + u * WORD);
            vi_store(p->codes[b * 8 + u] + v * LANES, vi_and(x, low));
            vi_store(p->codes[b * 8 + u + 4] + v * LANES, vi_and(vi_right(x, 4), low));
        }
    }
}

static void decode_q8_0(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k;
    w += k0 / 64 * UNIT32(8);
    for (int64_t b = 0; b < count / 32; b++, w += 8 * WORD) {
        if (b % 2 == 0) {
            scales32(w, b, p, v);
            w += WORD;
        }
        UNROLL for (int u = 0; u < 8; u++) {
            vi_store(p->codes[b * 8 + u] + v * LANES, int8_code(vi_load(w + u * WORD)));
            prefetch(w + u * WORD);
        }
    }
}

/* A block: d, -minimum, 8 words of codes (dev.tegula.tile.PackCodes32). */
#define CODES32_UNIT (10 * WORD)
static void decode_codes32(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v) {
    (void)k;
    w += k0 / 32 * CODES32_UNIT;
    for (int64_t b = 0; b < count / 32; b++, w += CODES32_UNIT) {
        vf_store(p->d[b] + v * LANES, vf_load(w));
        vf_store(p->m[b] + v * LANES, vf_load(w + WORD));
        for (int u = 0; u < 8; u++) {
            vi_store(p->codes[b * 8 + u] + v * LANES, int8_code(vi_load(w + (2 + u) * WORD)));
            prefetch(w + (2 + u) * WORD);
        }
    }
}
