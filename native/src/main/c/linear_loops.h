/*
 * The loops of a linear layer, written once for all formats: blocks of activation rows are laid out as records; a panel of
 * two vectors of weight rows is decoded 256 elements of k at a time and multiplied with all rows of the block while it is
 * in the first-level cache. A format is a row of the table: how its records are made, its weights decoded and multiplied.
 */
#include "gates.h"
#include "linear.h"

/* Rows of a register tile: of floats, of blocks of 32 and of 256. */
#if REGISTERS == 32
#define FLOAT_ROWS 12
#define BLOCK_ROWS 6
#define SUPER_ROWS 6
#else
#define FLOAT_ROWS 6
#define BLOCK_ROWS 4
#define SUPER_ROWS 3
#endif

/* Output columns of a panel, and its groups. */
#define PANEL (2 * LANES)
#define PANEL_GROUPS (PANEL / GROUP)

/* Calls f(R, …) with R a constant: the tile's rows, which is MAX or one of those that follow in tile_rows. */
#define ROWS_SWITCH(MAX, rows, f, ...)                                                                                 \
    if ((rows) == (MAX)) {                                                                                             \
        f(MAX, __VA_ARGS__);                                                                                           \
    } else if ((MAX) > 8 && (rows) == 8) {                                                                             \
        f((MAX) > 8 ? 8 : 1, __VA_ARGS__);                                                                             \
    } else if ((MAX) > 4 && (rows) == 4) {                                                                             \
        f((MAX) > 4 ? 4 : 1, __VA_ARGS__);                                                                             \
    } else if ((rows) == 2) {                                                                                          \
        f(2, __VA_ARGS__);                                                                                             \
    } else {                                                                                                           \
        f(1, __VA_ARGS__);                                                                                             \
    }

/* The largest tile that so many rows fill. */
static int tile_rows(int max, int64_t rows) {
    return rows >= max ? max : rows >= 8 ? 8 : rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
}

/* What a format's records hold besides the values. */
struct record_kind {
    int z;             /* offset of the codes */
    int offset_length; /* elements of a sum in offset: 8, 16; 0 for none */
    int pair_length;   /* elements of a sum in pairs: 16, 32 */
};

#include "dot.h"
#include "floats.h"
#include "blocks32.h"
#include "blocks256.h"
#include "decode256.h"

struct format {
    int rows;             /* of a tile at most */
    int32_t record_bytes; /* of 256 elements of a row */
    struct record_kind kind;
    void (*widen)(const char *x, int64_t stride, int n, int64_t k, struct record_kind kind, void *to);
    void (*decode)(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v);
    void (*multiply)(int rows, const struct panel *p, const void *x, int64_t count, float *out);
};

#define FLOATS FLOAT_ROWS, 4 * CHUNK, {0, 0, 0}, widen_floats
#define BLOCKS32(Z) BLOCK_ROWS, sizeof(struct record32), {Z, 0, 0}, widen32
#define BLOCKS256(Z, OFFSET, PAIR) SUPER_ROWS, sizeof(struct record256), {Z, OFFSET, PAIR}, widen256

static const struct format formats[FORMATS] = {
    [FORMAT_F32] = {FLOATS, decode_f32, multiply_f32},
    [FORMAT_F16] = {FLOATS, decode_f16, multiply_floats},
    [FORMAT_BF16] = {FLOATS, decode_bf16, multiply_floats},
    [FORMAT_Q4_0] = {BLOCKS32(8), decode_q4_0, multiply_4},
    [FORMAT_Q8_0] = {BLOCKS32(OFFSET8), decode_q8_0, multiply_8},
    [FORMAT_CODES32] = {BLOCKS32(OFFSET8), decode_codes32, multiply_8},
    [FORMAT_CODES32_MIN] = {BLOCKS32(OFFSET8), decode_codes32, multiply_8_min},
    [FORMAT_Q4_K] = {BLOCKS256(0, 0, 32), decode_q4_k, multiply_q4_k},
    [FORMAT_Q6_K] = {BLOCKS256(32, 8, 16), decode_q6_k, multiply_q6_k},
    [FORMAT_TQ2_0] = {BLOCKS256(1, 0, 16), decode_tq2_0, multiply_tq2_0},
    [FORMAT_CODES256] = {BLOCKS256(OFFSET8, 16, 16), decode_codes256, multiply_codes256},
    [FORMAT_CODES256_MIN] = {BLOCKS256(OFFSET8, 16, 16), decode_codes256, multiply_codes256_min},
};

/* Products of a block of rows with a panel: out[row][column]. */
static void product(const struct linear *s, const struct format *f, const char *w, int64_t groups, const char *records,
                    int64_t rows, float *out, struct panel *panel) {
    int64_t chunks = (s->k + CHUNK - 1) / CHUNK;
    memset(out, 0, (size_t)(rows * PANEL * 4));
    for (int64_t c = 0; c < chunks; c++) {
        int64_t count = MIN(CHUNK, s->k - c * CHUNK);
        for (int v = 0; v < 2; v++) {
            /* The second vector is another half of the group, or the next group; where there is none, any will do. */
            const char *vector = LANES < GROUP ? w + v * sizeof(VF) : v < groups ? w + v * s->group_bytes : w;
            f->decode(vector, s->k, c * CHUNK, count, panel, v);
        }
        for (int64_t r = 0; r < rows;) {
            int n = tile_rows(f->rows, rows - r);
            f->multiply(n, panel, records + (r * chunks + c * n) * f->record_bytes, count, out + r * PANEL);
            r += n;
        }
    }
}

/* A row of sums to the output. The residual may be the output's memory. */
static void finish(const float *sums, const float *bias, const float *residual, float *y, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        float v = sums[i];
        if (bias) {
            v += bias[i];
        }
        if (residual) {
            v += residual[i];
        }
        y[i] = v;
    }
}

/* A panel of a block of rows: products and what follows them. */
static void panel(const struct linear *s, const struct format *f, const char *w, const char *w2, const float *bias,
                  const char *residual, char *y, struct linear_scratch *scratch, int64_t rows, int64_t g,
                  int64_t groups) {
    const char *records = (const char *)(scratch + 1);
    int64_t j = g * GROUP;
    int64_t n = MIN(PANEL, s->n - j);
    product(s, f, w + g * s->group_bytes, groups, records, rows, scratch->out[0], &scratch->panel);
    if (w2) {
        product(s, f, w2 + g * s->group_bytes, groups, records, rows, scratch->out[1], &scratch->panel);
    }
    for (int64_t r = 0; r < rows; r++) {
        const float *out = scratch->out[0] + r * PANEL;
        float *to = (float *)(y + r * s->y_stride) + j;
        if (w2) {
            gate(s->activation, out, scratch->out[1] + r * PANEL, to, n);
        } else {
            finish(out, bias ? bias + j : 0, residual ? (const float *)(residual + r * s->residual_stride) + j : 0, to, n);
        }
    }
}

EXPORT void NAME(tegula_linear)(LINEAR_ARGS) {
    const struct format *f = &formats[s->format];
    int64_t row_bytes = (s->k + CHUNK - 1) / CHUNK * f->record_bytes;
    /* Blocks of about the same number of rows, whole tiles each. */
    int64_t blocks = (rows + s->block_rows - 1) / s->block_rows;
    int64_t each = blocks == 0 ? 1 : (rows + blocks - 1) / blocks;
    each = (each + f->rows - 1) / f->rows * f->rows;
    for (int64_t r0 = 0; r0 < rows; r0 += each) {
        int64_t block = MIN(each, rows - r0);
        for (int64_t r = 0; r < block;) {
            int n = tile_rows(f->rows, block - r);
            f->widen(x + (r0 + r) * s->x_stride, s->x_stride, n, s->k, f->kind, (char *)(scratch + 1) + r * row_bytes);
            r += n;
        }
        for (int64_t g = first; g < last; g += PANEL_GROUPS) {
            panel(s, f, w, w2, bias, residual ? residual + r0 * s->residual_stride : 0, y + r0 * s->y_stride, scratch,
                  block, g, MIN(PANEL_GROUPS, last - g));
        }
    }
}
