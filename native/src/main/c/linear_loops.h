/*
 * The loops of a linear layer, written once for all formats. A panel is two vectors of weight rows. 256 elements of its k
 * are decoded, to where they stay in the first-level cache, and multiplied with all rows of a block by register tiles; the
 * activations are laid out as records, which stay in the second-level cache.
 *
 * Where the records of enough rows hold all of k, panel follows panel as they lie in memory. Otherwise a block of columns
 * is taken 256 elements of k at a time; its sums go to memory between the steps.
 *
 * A format is a row of the table: how its records are made, its weights decoded and multiplied.
 */
#include "gates.h"
#include "linear.h"

/* Rows of a register tile at most: of floats, of blocks of 32 and of 256. */
#if REGISTERS == 32
#define FLOAT_ROWS 12
#ifdef AMX
#define BLOCK_ROWS 16
#else
#define BLOCK_ROWS 6
#endif
#define SUPER_ROWS 6
#else
#define FLOAT_ROWS 6
#define BLOCK_ROWS 4
#ifdef MATRIX_DOT
#define SUPER_ROWS 4 /* two by two */
#else
#define SUPER_ROWS 3
#endif
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
#include "gemv.h"
#include "lookup.h"
#include "fields.h"
#ifdef __x86_64__
#include "bf16_pairs.h"
#endif

struct format {
    int enough;           /* rows that are worth reading or decoding a panel for, if a block can have so many */
    int32_t x_bytes;      /* of 256 activations */
    int32_t record_bytes; /* of their record */
    struct record_kind kind;
    void (*record)(const char *x, int64_t k0, int64_t count, struct record_kind kind, void *to);
    void (*decode)(const char *w, int64_t k, int64_t k0, int64_t count, struct panel *p, int v);
    void (*multiply)(int rows, const struct panel *p, const void *x, int64_t count, float *out);
    void (*gemv)(const char *const w[2], int64_t k, const void *x, float *out); /* of one row, or null */
};

/* Rows that share a decoded panel; with fewer, sums that go to memory between the steps of k cost less than decoding again. */
#define MANY 96
#define FLOATS(BYTES, RECORD) INT32_MAX, (BYTES)*CHUNK, 4 * CHUNK, {0, 0, 0}, RECORD
#define BLOCKS32(Z) MANY, 320, sizeof(struct record32), {Z, 0, 0}, record32
#define BLOCKS128(Z) MANY, 296, sizeof(struct record32), {Z, 0, 0}, record128
#define BLOCKS256(Z, OFFSET, PAIR) MANY, 324, sizeof(struct record256), {Z, OFFSET, PAIR}, record256

static const struct format formats[FORMATS] = {
    [FORMAT_F32] = {FLOATS(4, record_floats), decode_f32, multiply_f32, 0},
    [FORMAT_F16] = {FLOATS(4, record_floats), decode_f16, multiply_floats, gemv_f16},
    [FORMAT_BF16] = {FLOATS(4, record_floats), decode_bf16, multiply_floats, gemv_bf16},
#ifdef __x86_64__
    [FORMAT_BF16_PAIRS] = {FLOATS(2, record_bf16), decode_bf16_pairs, multiply_pairs, gemv_bf16_pairs},
#ifdef BF16_DOT
    [FORMAT_BF16_DOT] = {INT32_MAX, 2 * CHUNK, 2 * CHUNK, {0, 0, 0}, record_bf16_dot, decode_bf16_dot,
                         multiply_bf16_dot, gemv_bf16_dot},
#endif
#endif
    [FORMAT_Q4_0] = {BLOCKS32(8), decode_q4_0, multiply_4, gemv_q4_0},
    [FORMAT_Q8_0] = {BLOCKS32(OFFSET8), decode_q8_0, multiply_8, gemv_q8_0},
    [FORMAT_CODES32] = {BLOCKS32(OFFSET8), decode_codes32, multiply_8, 0},
    [FORMAT_CODES32_MIN] = {BLOCKS32(OFFSET8), decode_codes32, multiply_8_min, 0},
    [FORMAT_Q4_K] = {BLOCKS256(0, 0, 32), decode_q4_k, multiply_q4_k, gemv_q4_k},
    [FORMAT_Q6_K] = {BLOCKS256(32, 8, 16), decode_q6_k, multiply_q6_k, gemv_q6_k},
    [FORMAT_TQ2_0] = {BLOCKS256(1, 0, 16), decode_tq2_0, multiply_tq2_0, gemv_tq2_0},
    [FORMAT_TQ2_0_LOOKUP] = {MANY, 324, sizeof(struct record_tables), {0, 0, 0}, record_tables, decode_lookup,
                             multiply_lookup, 0},
    [FORMAT_CODES256] = {BLOCKS256(OFFSET8, 16, 16), decode_codes256, multiply_codes256, 0},
    [FORMAT_CODES256_MIN] = {BLOCKS256(OFFSET8, 16, 16), decode_codes256, multiply_codes256_min, 0},
    EACH_FIELDS(FIELDS_ROW)
};

/* A register tile's records of a chunk fit at least, whatever they are. */
_Static_assert(16 * sizeof(struct record_tables) <= MAX_RECORD_BYTES && FLOAT_ROWS <= 16 && BLOCK_ROWS <= 16, "records");

/* A block of rows and columns of one call. */
struct block {
    const struct linear *s;
    const struct format *f;
    struct linear_scratch *scratch;
    char *records;
    int64_t rows;
    int64_t last; /* the group after the call's last one */
};

/* Rows that are fetched before they are needed: each is on pages of its own, where the CPU does not look ahead by itself. */
#define ROWS_AHEAD 2

/* Records of so many chunks from k0 on, chunk by chunk. */
static void records(const struct block *b, const char *x, int64_t k0, int64_t chunks) {
    char *to = b->records;
    for (int64_t c = 0; c < chunks; c++, k0 += CHUNK) {
        for (int64_t r = 0; r < b->rows; r++, to += b->f->record_bytes) {
            const char *next = x + MIN(r + ROWS_AHEAD, b->rows - 1) * b->s->x_stride + k0 / CHUNK * b->f->x_bytes;
            for (int i = 0; i < b->f->x_bytes; i += 64) {
                __builtin_prefetch(next + i);
            }
            b->f->record(x + r * b->s->x_stride, k0, MIN(CHUNK, b->s->k - k0), b->f->kind, to);
        }
    }
}

/* The two vectors of rows of the panel that begins with a group of weights. */
INLINE void vectors(const struct block *b, const char *w, int64_t g, const char *to[2]) {
    to[0] = w + g * b->s->group_bytes;
    /* The second vector is another half of the group, or the next group; where there is none, any will do. */
    to[1] = LANES < GROUP ? to[0] + sizeof(VF) : g + 1 < b->last ? to[0] + b->s->group_bytes : to[0];
}

/* A chunk of a panel. */
struct step {
    const char *w;
    int64_t g;     /* first group */
    int64_t k0;    /* first element of k */
    const char *y; /* where its sums go when this step is done; null if others follow */
};

/* Weights that are asked for while tiles are computed, a share with each: from both places on, up to an end. */
struct ahead {
    const char *at[2];
    const char *end;
    int64_t share;
};

/* Those of a step, about: where scales lie before all codes it is the step's share of both. */
static struct ahead ahead_of(const struct block *b, const struct step *t, int64_t tiles) {
    int64_t chunk = b->s->group_bytes * MIN(CHUNK, b->s->k) / b->s->k;
    const char *group = t->w + t->g * b->s->group_bytes + t->k0 / CHUNK * chunk;
    const char *other = PANEL_GROUPS > 1 && t->g + 1 < b->last ? group + b->s->group_bytes : group;
    return (struct ahead){{group, other}, group + chunk, (chunk / tiles / WORD + 1) * WORD};
}

/* Asks for the next share, to where it does not drive out what the tile reads. */
INLINE void ask(struct ahead *a) {
    int64_t end = MIN(a->share, a->end - a->at[0]);
    for (int64_t i = 0; i < end; i += WORD) {
        __builtin_prefetch(a->at[0] + i, 0, 2);
        __builtin_prefetch(a->at[1] + i, 0, 2);
    }
    a->at[0] += a->share;
    a->at[1] += a->share;
}

/*
 * Adds the products of a step's chunk with its panel to out[row][column]. Meanwhile the
 * next step's weights are on their way, if there is one, and where the sums go: decoding and storing would wait for them.
 */
static void multiply(const struct block *b, const struct step *t, const struct step *next, const char *record, float *out) {
    const struct linear *s = b->s;
    const struct format *f = b->f;
    struct panel *p = &b->scratch->panel;
    int64_t end = MIN(CHUNK, s->k - t->k0);
    int64_t tiles = (b->rows + s->mr - 1) / s->mr * ((end + s->kc - 1) / s->kc);
    struct ahead ahead = next ? ahead_of(b, next, tiles) : (struct ahead){{0, 0}, 0, 0};
    const char *vector[2];
    vectors(b, t->w, t->g, vector);
    for (int64_t i = 0; i < end; i += s->kc) {
        int64_t count = MIN(s->kc, end - i);
        for (int v = 0; v < 2; v++) {
            f->decode(vector[v], s->k, t->k0 + i, count, p, v);
        }
        const char *a = record + i * f->record_bytes / CHUNK; /* only records of floats have steps */
        for (int64_t r = 0; r < b->rows;) {
            int n = tile_rows(s->mr, b->rows - r);
            f->multiply(n, p, a + r * f->record_bytes, count, out + r * PANEL);
            for (int64_t j = r; t->y && j < r + n; j++) {
                __builtin_prefetch(t->y + j * s->y_stride, 1, 2);
                __builtin_prefetch(t->y + j * s->y_stride + WORD, 1, 2);
            }
            ask(&ahead);
            r += n;
        }
    }
}

static void zero(float *out, int64_t n) {
    for (int64_t i = 0; i < n; i += LANES) {
        vf_store(out + i, vf_zero());
    }
}

/* A row of sums to the output. The residual may be the output's memory. */
static void finish(const float *sums, const float *bias, const float *residual, float *y, int64_t n) {
    if (n == PANEL && !bias && !residual) {
        vf_store(y, vf_load(sums));
        vf_store(y + LANES, vf_load(sums + LANES));
        return;
    }
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

/* The sums of a panel to the output: out, and gated those of the second matrix. */
static void store(const struct block *b, const float *out, const float *up, const float *bias, const char *residual,
                  char *y, int64_t g) {
    const struct linear *s = b->s;
    int64_t j = g * GROUP;
    int64_t n = MIN(PANEL, s->n - j);
    for (int64_t r = 0; r < b->rows; r++) {
        float *to = (float *)(y + r * s->y_stride) + j;
        if (up) {
            gate(s->activation, out + r * PANEL, up + r * PANEL, to, n);
        } else {
            finish(out + r * PANEL, bias ? bias + j : 0,
                   residual ? (const float *)(residual + r * s->residual_stride) + j : 0, to, n);
        }
    }
}

/* One row: panel by panel as they lie in memory. */
static void single(const struct block *b, const char *w, const char *w2, int64_t first, const float *bias,
                   const char *residual, char *y) {
    const struct format *f = b->f;
    float *out = b->scratch->out;
    for (int64_t g = first; g < b->last; g += PANEL_GROUPS) {
        const char *vector[2];
        vectors(b, w, g, vector);
        f->gemv(vector, b->s->k, b->records, out);
        if (w2) {
            vectors(b, w2, g, vector);
            f->gemv(vector, b->s->k, b->records, out + PANEL);
        }
        store(b, out, w2 ? out + PANEL : 0, bias, residual, y, g);
    }
}

/* Rows of a block: blocks of about the same number of rows, whole tiles each. */
static int64_t block_rows(int64_t rows, int64_t most, int64_t tile) {
    int64_t blocks = MAX((rows + most - 1) / most, 1);
    return ((rows + blocks - 1) / blocks + tile - 1) / tile * tile;
}

EXPORT void NAME(tegula_linear)(LINEAR_ARGS) {
    const struct format *f = &formats[s->format];
    int64_t chunks = (s->k + CHUNK - 1) / CHUNK;
    int64_t fit = s->record_bytes / (chunks * f->record_bytes);
    int64_t most = MIN(s->mc, fit < s->mr ? fit : fit / s->mr * s->mr);
    int few = most >= MIN(rows, MIN(f->enough, s->mc));
    /* Records of tables are larger than those of which a blocking has room for mc. */
    int64_t chunk = MIN(s->mc, MAX(s->mr, s->record_bytes / f->record_bytes / s->mr * s->mr));
    int64_t each = block_rows(rows, few ? most : chunk, s->mr);
    int64_t width = few ? PANEL_GROUPS : (w2 ? s->nc / 2 : s->nc) / GROUP;
#ifdef AMX
    if (rows >= BLOCK_ROWS) {
        tiles_begin();
    }
#endif
    for (int64_t r0 = 0; r0 < rows; r0 += each) {
        struct block b = {s, f, scratch, (char *)scratch->records, MIN(each, rows - r0), last};
        const char *block_x = x + r0 * s->x_stride;
        int64_t size = b.rows * PANEL; /* of a panel's sums */
        if (few) {
            records(&b, block_x, 0, chunks);
        }
        if (few && b.rows == 1 && f->gemv) {
            single(&b, w, w2, first, bias, residual ? residual + r0 * s->residual_stride : 0, y + r0 * s->y_stride);
            continue;
        }
        for (int64_t g0 = first; g0 < last; g0 += width) {
            int64_t panels = (MIN(width, last - g0) + PANEL_GROUPS - 1) / PANEL_GROUPS;
            float *out = scratch->out;
            float *up = w2 ? out + panels * size : 0;
            zero(out, (w2 ? 2 : 1) * panels * size);
            for (int64_t c = 0; c < chunks; c++) {
                const char *record = b.records;
                if (few) {
                    record += c * b.rows * f->record_bytes;
                } else {
                    records(&b, block_x, c * CHUNK, 1);
                }
                for (int64_t p = 0; p < panels; p++) {
                    int64_t g = g0 + p * PANEL_GROUPS, k0 = c * CHUNK;
                    const char *to = c + 1 < chunks ? 0 : y + r0 * s->y_stride + g * GROUP * 4;
                    struct step t = {w, g, k0, w2 ? 0 : to}, t2 = {w2, g, k0, to};
                    struct step next = p + 1 < panels   ? (struct step){w, g + PANEL_GROUPS, k0, 0}
                                       : c + 1 < chunks ? (struct step){w, g0, k0 + CHUNK, 0}
                                                        : (struct step){w, g0 + width, 0, 0};
                    const struct step *after = next.g < last ? &next : 0;
                    multiply(&b, &t, w2 ? &t2 : after, record, out + p * size);
                    if (w2) {
                        multiply(&b, &t2, after, record, up + p * size);
                    }
                }
            }
            for (int64_t p = 0; p < panels; p++) {
                store(&b, out + p * size, w2 ? up + p * size : 0, bias, residual ? residual + r0 * s->residual_stride : 0,
                      y + r0 * s->y_stride, g0 + p * PANEL_GROUPS);
            }
        }
    }
#ifdef AMX
    if (rows >= BLOCK_ROWS) {
        tiles_end();
    }
#endif
}
