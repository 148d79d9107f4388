/*
 * Linear layers, y = W x: what one call computes.
 *
 * Weights lie in groups of 16 output rows as dev.tegula.tile packs them: lane r of every vector of 32-bit lanes belongs to
 * the group's row r. So every output element is summed in a lane of its own, in the order of k and by the tree of its
 * format, and has the bits of the scalar twin whatever the tile and the vector's width.
 */
#ifndef TEGULA_LINEAR_H
#define TEGULA_LINEAR_H

#include "tegula.h"

/* Rows of a group, and bytes from a word of a row to its next one. */
#define GROUP 16
#define WORD 64
/* Elements of k that are decoded together. */
#define CHUNK 256
/* Output columns of a panel at most: two vectors of 16. */
#define MAX_PANEL 32
/* What a block may have at most (dev.tegula.nat.Blocking): sums, those of a panel more than its columns, and bytes of records. */
#define MAX_SUMS (192 * 1024)
#define MAX_RECORD_BYTES (1152 * 1024)

/* How weights are packed and multiplied; dev.tegula.nat.LinearFormat has the same numbers. */
enum {
    FORMAT_F32,
    FORMAT_F16,
    FORMAT_BF16,
    FORMAT_BF16_PAIRS,
    FORMAT_BF16_DOT,
    FORMAT_Q4_0,
    FORMAT_Q8_0,
    FORMAT_CODES32,
    FORMAT_CODES32_MIN,
    FORMAT_Q4_K,
    FORMAT_Q6_K,
    FORMAT_TQ2_0,
    FORMAT_TQ2_0_LOOKUP,
    FORMAT_CODES256,
    FORMAT_CODES256_MIN,
    FORMAT_FIELDS, /* and 31 more: signed or with zero points, in groups of 32 or 128, of 1 ... 8 bits */
    FORMATS = FORMAT_FIELDS + 32
};

/* What does not change from call to call; Java writes it (LinearCall). Strides are in bytes. */
struct linear {
    int64_t n;               /* output elements per row */
    int64_t k;               /* elements that are summed */
    int64_t group_bytes;     /* of a packed group of weights */
    int64_t x_stride;        /* from one row of activations to the next */
    int64_t residual_stride; /* of the residual */
    int64_t y_stride;        /* of the output */
    int32_t format;
    int32_t activation;      /* with two weight matrices: 0 SiLU, 1 GELU, 2 squared ReLU */
    int32_t mc;              /* rows of activations that are worked on together at most, whole tiles */
    int32_t nc;              /* output columns of a block, whole panels of each of two matrices */
    int32_t kc;              /* elements that are multiplied together: CHUNK, or of floats a part of it */
    int32_t mr;              /* rows of a register tile: the format's, or a smaller one of tile_rows */
    int32_t record_bytes;    /* of all records of a block at most */
};

/* Decoded weights of up to 256 elements of k, column by column in each row of the arrays. */
struct panel {
    union {
        int8_t codes[CHUNK / 4][MAX_PANEL][4];
        float floats[CHUNK][MAX_PANEL];
    };
    const char *w[2];              /* or where packed weights are that need no decoding */
    float d[8][MAX_PANEL];         /* scales of blocks of 32, or of 128 or 256 the first ones */
    float m[8][MAX_PANEL];         /* their minimums, negated */
    int32_t scales[16][MAX_PANEL]; /* integer scales of sub-blocks, as the dot product takes them */
    int32_t pairs[8][MAX_PANEL];   /* integer minimums (or other corrections) of two sub-blocks, I16 each */
};

/* A worker's memory. */
struct linear_scratch {
    float out[MAX_SUMS];
    struct panel panel;
    _Alignas(64) char records[MAX_RECORD_BYTES];
};

/* Java allocates so much (LinearKernel). */
_Static_assert(sizeof(struct linear_scratch) <= 2048 * 1024, "scratch memory");

/*
 * y = W x, + bias, + residual (where they are not null); or y = f(W x) * (W2 x) where w2 is not null. Computes groups
 * first ... last - 1 of all rows.
 */
#define LINEAR_ARGS                                                                                                    \
    const struct linear *s, const char *w, const char *w2, const char *x, const float *bias, const char *residual,     \
        char *y, struct linear_scratch *scratch, int64_t rows, int64_t first, int64_t last

#endif
