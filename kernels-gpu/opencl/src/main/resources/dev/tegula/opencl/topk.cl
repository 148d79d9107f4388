// The first k of a row by rank: NaN, then the larger, between equals the lower column. A key holds both, so that ranks are
// numbers, no two alike, and 0 is below all.
ulong rank_of(float value, int column) {
    uint bits = as_uint(value == 0.0f ? 0.0f : value);
    uint order = value != value ? 0xFFFFFFFF : bits >> 31 ? ~bits : bits | 0x80000000;
    return (ulong)order << 32 | (uint)(0x7FFFFFFF - column);
}

void put(ulong key, global const float *from, int at, global float *values, global int *ids) {
    int column = 0x7FFFFFFF - (int)key;
    ids[at] = column;
    values[at] = from[column];
}

// The largest key of a work-item's elements below another.
ulong largest_below(global const float *from, int n, ulong limit) {
    ulong mine = 0;
    for (int i = ITEM; i < n; i += ITEMS) {
        ulong rank = rank_of(from[i], i);
        mine = rank < limit && rank > mine ? rank : mine;
    }
    return mine;
}

// A pass over the row for each result: it is the largest key below that of the pass before.
void rounds(global const float *from, int n, int k, global float *values, global int *ids, SHARED ulong *best) {
    ulong last = ~(ulong)0;
    for (int found = 0; found < k; found++) {
        best[ITEM] = largest_below(from, n, last);
        MEET;
        last = best[0];
        for (int i = 1; i < ITEMS; i++) {
            last = max(last, best[i]);
        }
        MEET;
        if (ITEM == 0) {
            put(last, from, found, values, ids);
        }
    }
}

kernel void top_k(global const char *x, long xo, global char *values, long vo, global char *ids, long io, int n, int k) {
    SHARED ulong best[ITEMS];
    int row = get_group_id(0);
    rounds(AT(const float, x, xo) + (long)row * n, n, k, AT(float, values, vo) + (long)row * k,
           AT(int, ids, io) + (long)row * k, best);
}

#if ITEMS > 1
// Two passes, for k of at most half as many as there are work-items. Each work-item has some of the row: the k-th largest of their maxima is not above the
// k-th of all, and of elements that reach it there are few more than k. They are kept and ranked; should there be more than
// there is room for, as in rows that are arranged for that, there are rounds.
#define ROOM 2048

kernel void top_k_twice(global const char *x, long xo, global char *values, long vo, global char *ids, long io, int n,
                        int k) {
    local ulong best[ITEMS];
    local ulong kept[ROOM];
    local ulong bound;
    local int found;
    int row = get_group_id(0);
    global const float *from = AT(const float, x, xo) + (long)row * n;
    global float *toValues = AT(float, values, vo) + (long)row * k;
    global int *toIds = AT(int, ids, io) + (long)row * k;
    ulong mine = largest_below(from, n, ~(ulong)0);
    best[ITEM] = mine;
    if (ITEM == 0) {
        found = 0;
        bound = 0;
    }
    MEET;
    int above = 0;
    for (int i = 0; i < ITEMS; i++) {
        above += best[i] > mine;
    }
    // Where fewer work-items than k have elements the bound stays 0, and all are kept.
    if (above == k - 1 && mine != 0) {
        bound = mine;
    }
    MEET;
    for (int i = ITEM; i < n; i += ITEMS) {
        ulong rank = rank_of(from[i], i);
        if (rank >= bound) {
            int at = atomic_inc(&found);
            if (at < ROOM) {
                kept[at] = rank;
            }
        }
    }
    MEET;
    if (found > ROOM) {
        rounds(from, n, k, toValues, toIds, best);
        return;
    }
    for (int i = ITEM; i < found; i += ITEMS) {
        ulong key = kept[i];
        int rank = 0;
        for (int j = 0; j < found; j++) {
            rank += kept[j] > key;
        }
        if (rank < k) {
            put(key, from, rank, toValues, toIds);
        }
    }
}
#endif
