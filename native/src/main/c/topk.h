/*
 * The first k of a row by rank, as dev.tegula.kernel.Op.TopK orders them: the larger first, NaN before any number, the lower
 * column between equals. The row's outputs are a heap while it is read, whose root is the last in rank of those kept; groups
 * of elements that are all no larger are passed over.
 */
#ifndef TEGULA_TOPK_H
#define TEGULA_TOPK_H

#include "tegula.h"

/* Elements that are compared with the root before any of them is looked at alone: some vectors, and few branches. */
#define TOP_GROUP 64

/* Java writes it (TopKKernel). Strides are in bytes. */
struct topk {
    int64_t cols; /* elements of a row */
    int64_t k;    /* 1 ... cols */
    int64_t x_stride;
    int64_t values_stride;
    int64_t ids_stride;
};

INLINE int is_larger(float a, float b) { return a > b || (a != a && b == b); }

INLINE int is_before(const float *values, const int32_t *ids, int64_t i, int64_t j) {
    return is_larger(values[i], values[j]) || (!is_larger(values[j], values[i]) && ids[i] < ids[j]);
}

INLINE void swap(float *values, int32_t *ids, int64_t i, int64_t j) {
    float value = values[i];
    int32_t id = ids[i];
    values[i] = values[j];
    ids[i] = ids[j];
    values[j] = value;
    ids[j] = id;
}

static void sift_down(float *values, int32_t *ids, int64_t parent, int64_t length) {
    for (int64_t child = 2 * parent + 1; child < length; child = 2 * parent + 1) {
        if (child + 1 < length && is_before(values, ids, child, child + 1)) {
            child++;
        }
        if (!is_before(values, ids, parent, child)) {
            return;
        }
        swap(values, ids, parent, child);
        parent = child;
    }
}

/* Offers elements from ... to - 1, which come after all those offered before. */
static void offer(const float *x, int64_t from, int64_t to, int64_t k, float *values, int32_t *ids) {
    for (int64_t i = from; i < to; i++) {
        if (is_larger(x[i], values[0])) {
            values[0] = x[i];
            ids[0] = (int32_t)i;
            sift_down(values, ids, 0, k);
        }
    }
}

/* Whether an element of a group is above a limit, or NaN. */
INLINE int any_above(const float *x, float limit) {
    int32_t any = 0;
    for (int j = 0; j < TOP_GROUP; j++) {
        any |= -!(x[j] <= limit); /* all bits, as comparisons of vectors give them */
    }
    return any;
}

static void top_of_row(const float *x, int64_t n, int64_t k, float *values, int32_t *ids) {
    int64_t i = k;
    for (int64_t j = 0; j < k; j++) {
        values[j] = x[j];
        ids[j] = (int32_t)j;
    }
    for (int64_t j = k / 2 - 1; j >= 0; j--) {
        sift_down(values, ids, j, k);
    }
    for (; i + TOP_GROUP <= n; i += TOP_GROUP) {
        if (any_above(x + i, values[0])) {
            offer(x, i, i + TOP_GROUP, k, values, ids);
        }
    }
    offer(x, i, n, k, values, ids);
    for (int64_t last = k - 1; last > 0; last--) {
        swap(values, ids, 0, last);
        sift_down(values, ids, 0, last);
    }
}

/* Computes rows first ... last - 1. */
EXPORT void NAME(tegula_top_k)(const struct topk *s, const char *x, char *values, char *ids, int64_t first, int64_t last) {
    for (int64_t r = first; r < last; r++) {
        top_of_row((const float *)(x + r * s->x_stride), s->cols, s->k, (float *)(values + r * s->values_stride),
                   (int32_t *)(ids + r * s->ids_stride));
    }
}

#endif
