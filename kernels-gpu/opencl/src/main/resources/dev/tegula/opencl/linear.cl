// y = W x and what finish.cl says, on CPUs: ROWS rows of x by 16 rows of W at a time, in vectors; DOT has what depends on the
// format.

void FINISH(const F *acc, int j, int n, int row, int rows, global const float *bias, global const float *residual,
            global float *y, int flags, int activation) {
    UNROLL for (int r = 0; r < ROWS; r++) {
        if (row + r < rows) {
            float v[16];
            vstore16(acc[r], 0, v);
            long at = (long)(row + r) * n;
            for (int i = 0; i < 16 && j + i < n; i++) {
                finish(v[i], at, j + i, bias, residual, y, flags, activation);
            }
        }
    }
}

kernel void LINEAR(global const char *x, long xo, global const int *w, long groupWords, global const char *bias, long bo,
                   global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                   int activation, int a, int b, int rows) {
    int group = get_global_id(0);
    Words weights = (Words)(w + group * groupWords);
    Extra extra = {a, b, ZEROS_OFFSET(k), CODES_OFFSET(k, a, b)};
    for (int row = 0; row < rows; row += ROWS) {
        F acc[ROWS];
        DOT(x + xo, weights, k, row, rows, extra, acc);
        FINISH(acc, group * 16, n, row, rows, AT(const float, bias, bo), AT(const float, residual, ro),
               AT(float, y, yo), flags, activation);
    }
}
