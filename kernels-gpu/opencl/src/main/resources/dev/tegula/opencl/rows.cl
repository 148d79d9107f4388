// Ops on each element, or each block of a few, alone.

#define ADD 3

kernel void elementwise(global const char *a, long ao, global const char *b, long bo, global char *y, long yo, int what,
                        int count) {
    int i = get_global_id(0);
    if (i < count) {
        float left = AT(const float, a, ao)[i];
        float right = AT(const float, b, bo)[i];
        AT(float, y, yo)[i] = what == ADD ? left + right : activate(what, left) * right;
    }
}

kernel void round_bf16(global const char *x, long xo, global char *y, long yo, int count) {
    int i = get_global_id(0);
    if (i < count) {
        uint bits = AT(const uint, x, xo)[i];
        bool number = (bits & 0x7FFFFFFF) <= INFINITE;
        AT(ushort, y, yo)[i] = number ? (bits + 0x7FFF + (bits >> 16 & 1)) >> 16 : bits >> 16 | 0x40;
    }
}

kernel void select_rows(global const char *x, long xo, global char *y, long yo, int cols, global const int *batch,
                        int outputs) {
    int i = get_global_id(0);
    int output = i / cols;
    if (output < outputs) {
        AT(float, y, yo)[i] = AT(const float, x, xo)[(long)batch[4 * output + 3] * cols + i % cols];
    }
}

// y0 = fma(x0, c, -(x1 * s)), y1 = fma(x0, s, x1 * c); a work-item per pair, and one per element that is not turned.
kernel void rope(global const char *x, long xo, global char *y, long yo, global const char *table, long to, int cols,
                 int size, int dims, int halves, global const int *batch, int rows) {
    int pairs = dims / 2;
    int units = pairs + size - dims;
    int perRow = cols / size * units;
    int i = get_global_id(0);
    int row = i / perRow;
    if (row >= rows) {
        return;
    }
    long at = (long)row * cols + i % perRow / units * size;
    global const float *from = AT(const float, x, xo) + at;
    global float *dst = AT(float, y, yo) + at;
    int unit = i % units;
    if (unit >= pairs) {
        dst[unit + pairs] = from[unit + pairs];
        return;
    }
    global const float *angles = AT(const float, table, to) + (long)batch[4 * row + 1] * dims;
    float c = angles[unit];
    float s = angles[pairs + unit];
    int first = halves ? unit : 2 * unit;
    int second = halves ? unit + pairs : first + 1;
    float x0 = from[first];
    float x1 = from[second];
    dst[first] = fma(x0, c, -(x1 * s));
    dst[second] = fma(x0, s, x1 * c);
}
