// Products of rows of Q8 activations with a group of quantized weights, block of activations by block:
//   isum = sum over sub-blocks of scale * (sum of code * a - zero * sum of a)    acc = fma((float)isum, d * dA, acc)
//   msum = sum over sub-blocks of min * sum of a                                 acc = fma(-dmin * dA, (float)msum, acc)
// The format (formats.cl) has X_LENGTH, elements of a block of activations, SUB, those of a sub-block, and the macros used.

// Products of a sub-block's codes with ROWS blocks of activations, added to part.
#ifdef PAIR_SUM
// Codes 0 and 2 of a word are one pair, 1 and 3 the other, and so are the activations.
void CODE_SUMS(Words w, int block, int s, global const char **x, Extra extra, I *part) {
    union {
        short16 sixteen[SUB / 16];
        int pairs[SUB / 2];
    } a[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) {
        UNROLL for (int i = 0; i < SUB / 16; i++) {
            char16 codes = as_char16(vload4(i, (global const int *)(x[r] + X_HEAD + s * SUB)));
            a[r].sixteen[i] = convert_short16(codes.s021346578a9bcedf);
        }
    }
    UNROLL for (int u = 0; u < SUB / 4; u++) {
        I word = CODES(w, block, s, u);
        I even = EVEN_CODES(word);
        I odd = ODD_CODES(word);
        UNROLL for (int r = 0; r < ROWS; r++) {
            part[r] += PAIR_SUM(even, a[r].pairs[2 * u]);
            part[r] += PAIR_SUM(odd, a[r].pairs[2 * u + 1]);
        }
    }
}
#else
void CODE_SUMS(Words w, int block, int s, global const char **x, Extra extra, I *part) {
    UNROLL for (int u = 0; u < SUB / 4; u++) {
        I word = CODES(w, block, s, u);
        UNROLL for (int r = 0; r < ROWS; r++) {
            char4 a = *(global const char4 *)(x[r] + X_HEAD + s * SUB + 4 * u);
            part[r] += CODE(word, 0) * (int)a.x + CODE(word, 1) * (int)a.y + CODE(word, 2) * (int)a.z
                + CODE(word, 3) * (int)a.w;
        }
    }
}
#endif

// The integers of one block for ROWS blocks of activations x.
void BLOCK_SUMS(Words w, int block, global const char **x, Extra extra, I *isum, I *msum) {
    UNROLL for (int r = 0; r < ROWS; r++) {
        isum[r] = 0;
        msum[r] = 0;
    }
    for (int s = 0; s < SUBS; s++) {
        I part[ROWS];
        UNROLL for (int r = 0; r < ROWS; r++) {
            part[r] = 0;
        }
        CODE_SUMS(w, block, s, x, extra, part);
        I scale = SCALE(w, block, s);
        I zero = ZERO(w, block, s);
        I least = MIN(w, block, s);
        UNROLL for (int r = 0; r < ROWS; r++) {
            global const int *sums = (global const int *)(x[r] + 4);
            int sum = SUB > X_SUM ? sums[2 * s] + sums[2 * s + 1] : sums[s];
            isum[r] += scale * (part[r] - zero * sum);
            msum[r] += least * sum;
        }
    }
}

void DOT(global const char *xs, Words w, int k, int row, int rows, Extra extra, F *acc) {
    int blocks = k / X_LENGTH;
    global const char *x[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) {
        x[r] = xs + (long)min(row + r, rows - 1) * blocks * X_BYTES;
        acc[r] = 0;
    }
    for (int b = 0; b < blocks; b++) {
        I isum[ROWS];
        I msum[ROWS];
        BLOCK_SUMS(w, b, x, extra, isum, msum);
        F d = SCALE_D(w, b);
        UNROLL for (int r = 0; r < ROWS; r++) {
            float da = *(global const float *)x[r];
            acc[r] = fma(TO_F(isum[r]), d * da, acc[r]);
            if (HAS_MIN) {
                acc[r] = fma(SCALE_M(w, b) * da, TO_F(msum[r]), acc[r]);
            }
            x[r] += X_BYTES;
        }
    }
}
