// Writes the products of ROWS rows of x from `row` on with a group of weights to acc; rows past the last are the last.
void DOT(global const char *xs, Words w, int k, int row, int rows, Extra extra, F *acc) {
    global const float *x[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) {
        x[r] = (global const float *)xs + (long)min(row + r, rows - 1) * k;
        acc[r] = 0;
    }
#if WEIGHTS == W_F32
    for (int i = 0; i < k; i++) {
        F v = AS_F(WORD(w, i));
        UNROLL for (int r = 0; r < ROWS; r++) {
            acc[r] = fma((F)x[r][i], v, acc[r]);
        }
    }
#else
    int pairs = k / 2;
    for (int i = 0; i < pairs; i++) {
        I word = WORD(w, i);
        F first = LOWER(word);
        F second = UPPER(word);
        UNROLL for (int r = 0; r < ROWS; r++) {
            acc[r] = fma((F)x[r][2 * i], first, acc[r]);
            acc[r] = fma((F)x[r][2 * i + 1], second, acc[r]);
        }
    }
    if (k % 2 != 0) {
        F first = LOWER(WORD(w, pairs));
        UNROLL for (int r = 0; r < ROWS; r++) {
            acc[r] = fma((F)x[r][k - 1], first, acc[r]);
        }
    }
#endif
}
