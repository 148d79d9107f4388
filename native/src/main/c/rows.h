/*
 * Ops that work on each row, or on each piece of a row, alone: the arguments that they share, and those that take the
 * elements one by one.
 */
#ifndef TEGULA_ROWS_H
#define TEGULA_ROWS_H

#include "gates.h"
#include "tegula.h"

/* What does not change from call to call; Java writes it (RowKernel), all fields as long. Strides are in bytes. */
struct rows {
    int64_t cols;     /* elements of a row */
    int64_t pieces;   /* into how many pieces a row is cut, the units of work */
    int64_t piece;    /* elements of a piece; the last one of a row may have fewer */
    int64_t a_stride; /* from one row of a to the next */
    int64_t b_stride;
    int64_t y_stride;
    int64_t variant; /* the activation of a gate, the length of a Q8 block */
    int64_t eps;     /* bits of the float */
};

/* Computes units first ... last - 1: unit u is piece u % pieces of row u / pieces. y may be a or b. */
#define ROWS_ARGS                                                                                                      \
    const struct rows *s, const char *a, const char *b, const char *c, char *y, int64_t first, int64_t last

/* Where a unit lies: its row, its first column, and how many elements it has. */
struct unit {
    int64_t row, from, n;
};

INLINE struct unit unit_at(const struct rows *s, int64_t u) {
    int64_t from = u % s->pieces * s->piece;
    return (struct unit){u / s->pieces, from, MIN(s->piece, s->cols - from)};
}

/* The elements of a unit in a matrix. */
INLINE const float *floats(const char *base, int64_t stride, struct unit at) {
    return (const float *)(base + at.row * stride) + at.from;
}

INLINE float *floats_out(char *base, int64_t stride, struct unit at) {
    return (float *)(base + at.row * stride) + at.from;
}

/* y = a + b */
EXPORT void NAME(tegula_add)(ROWS_ARGS) {
    (void)c;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        const float *l = floats(a, s->a_stride, at);
        const float *r = floats(b, s->b_stride, at);
        float *out = floats_out(y, s->y_stride, at);
        INDEPENDENT
        for (int64_t i = 0; i < at.n; i++) {
            out[i] = l[i] + r[i];
        }
    }
}

/* y = f(a) b */
EXPORT void NAME(tegula_gate)(ROWS_ARGS) {
    (void)c;
    for (int64_t u = first; u < last; u++) {
        struct unit at = unit_at(s, u);
        gate((int32_t)s->variant, floats(a, s->a_stride, at), floats(b, s->b_stride, at),
             floats_out(y, s->y_stride, at), at.n);
    }
}

#endif
