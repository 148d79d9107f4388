// y = W x, then + bias, then + residual; or y = f(y) * (W x), the second half of a gated layer. ROWS rows of x by 16 rows of
// W at a time; DOT has what depends on the format.

#define WITH_BIAS 1
#define WITH_RESIDUAL 2
#define GATED 4

void FINISH(const F *acc, int j, int n, int row, int rows, global const float *bias, global const float *residual,
            global float *y, int flags, int activation) {
    UNROLL for (int r = 0; r < ROWS; r++) {
        if (row + r < rows) {
            float v[LANES];
#if LANES == 16
            vstore16(acc[r], 0, v);
#else
            v[0] = acc[r];
#endif
            long at = (long)(row + r) * n;
            for (int i = 0; i < LANES && j + i < n; i++) {
                float value = v[i];
                if (flags & WITH_BIAS) {
                    value += bias[j + i];
                }
                if (flags & WITH_RESIDUAL) {
                    value += residual[at + j + i];
                }
                if (flags & GATED) {
                    value = activate(activation, y[at + j + i]) * value;
                }
                y[at + j + i] = value;
            }
        }
    }
}

kernel void LINEAR(global const char *x, long xo, global const int *w, long groupWords, global const char *bias, long bo,
                   global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                   int activation, int a, int b, int rows) {
    int group = get_global_id(0) * LANES / 16;
    if (group * 16 >= n) {
        return;
    }
    int lane = get_global_id(0) * LANES % 16;
    Words weights = (Words)(w + group * groupWords + lane);
    Extra extra = {a, b, ZEROS_OFFSET(k), CODES_OFFSET(k, a, b)};
    for (int row = get_global_id(1) * ROWS; row < rows; row += get_global_size(1) * ROWS) {
        F acc[ROWS];
        DOT(x + xo, weights, k, row, rows, extra, acc);
        FINISH(acc, group * 16 + lane, n, row, rows, AT(const float, bias, bo), AT(const float, residual, ro),
               AT(float, y, yo), flags, activation);
    }
}
