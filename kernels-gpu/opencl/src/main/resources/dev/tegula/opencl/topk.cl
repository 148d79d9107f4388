// The first k of a row by rank: NaN, then the larger, between equals the lower column. A key holds both, so that ranks are
// numbers; each round finds the largest key below that of the round before.

ulong rank_of(float value, int column) {
    uint bits = as_uint(value == 0.0f ? 0.0f : value);
    uint order = value != value ? 0xFFFFFFFF : bits >> 31 ? ~bits : bits | 0x80000000;
    return (ulong)order << 32 | (uint)(0x7FFFFFFF - column);
}

kernel void top_k(global const char *x, long xo, global char *values, long vo, global char *ids, long io, int n, int k) {
    SHARED ulong best[ITEMS];
    int row = get_group_id(0);
    global const float *from = AT(const float, x, xo) + (long)row * n;
    ulong last = ~(ulong)0;
    for (int found = 0; found < k; found++) {
        ulong mine = 0;
        for (int i = ITEM; i < n; i += ITEMS) {
            ulong rank = rank_of(from[i], i);
            mine = rank < last && rank > mine ? rank : mine;
        }
        best[ITEM] = mine;
        MEET;
        for (int i = 0; i < ITEMS; i++) {
            mine = max(mine, best[i]);
        }
        MEET;
        last = mine;
        if (ITEM == 0) {
            int column = 0x7FFFFFFF - (int)mine;
            AT(int, ids, io)[(long)row * k + found] = column;
            AT(float, values, vo)[(long)row * k + found] = from[column];
        }
    }
}
