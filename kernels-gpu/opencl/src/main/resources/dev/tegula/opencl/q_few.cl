// One to a few rows of Q8 activations by quantized weights, on GPUs. The tree of an output is a chain of fma over blocks, with
// exact integers in each (q_dot.cl). A group of work-items has some rows of W, neighbours in dimension 0, whose words lie side by
// side; in dimension 1 it shares out the blocks, or pieces of them. They leave integers and scales in local memory, and one
// work-item for each output goes through its chain, in the order of the blocks.
//
// Of a block, PIECES work-items have SUBS / PIECES sub-blocks each, so chosen that no two read the same words of codes.
#ifndef PIECES
#define PIECES (X_LENGTH / 32)
#endif
#ifndef SUB_OF
#define SUB_OF(piece, i) ((piece) * (SUBS / PIECES) + (i))
#endif
// Pieces in local memory times rows of W; four rows of x halve it, so that 32 KiB are enough.
#undef SLOTS
#define SLOTS (ROWS == 1 ? 1024 : 512)

// The integers of a piece of a block.
void PIECE_SUMS(Words w, int block, int piece, global const char **x, Extra extra, int *isum, int *msum) {
    UNROLL for (int r = 0; r < ROWS; r++) {
        isum[r] = 0;
        msum[r] = 0;
    }
    UNROLL for (int i = 0; i < SUBS / PIECES; i++) {
        int s = SUB_OF(piece, i);
        int part[ROWS];
        UNROLL for (int r = 0; r < ROWS; r++) {
            part[r] = 0;
        }
        UNROLL for (int u = 0; u < SUB / 4; u++) {
            int codes = CODES(w, block, s, u);
            UNROLL for (int r = 0; r < ROWS; r++) {
                part[r] = dot4(codes, ((global const int *)(x[r] + X_HEAD + s * SUB))[u], part[r]);
            }
        }
        int scale = SCALE(w, block, s);
        int zero = ZERO(w, block, s);
        int least = MIN(w, block, s);
        UNROLL for (int r = 0; r < ROWS; r++) {
            global const int *sums = (global const int *)(x[r] + 4);
            int sum = SUB > X_SUM ? sums[2 * s] + sums[2 * s + 1] : sums[s];
            isum[r] += scale * (part[r] - zero * sum);
            msum[r] += least * sum;
        }
    }
}

kernel void LINEAR(global const char *x, long xo, global const int *w, long groupWords, global const char *bias, long bo,
                   global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                   int activation, int a, int b, int rows) {
    local int isums[ROWS][SLOTS];
    local float scales[ROWS][SLOTS / PIECES];
#if HAS_MIN
    local int msums[ROWS][SLOTS];
    local float minScales[ROWS][SLOTS / PIECES];
#endif
    int wide = get_local_size(0);
    int slices = get_local_size(1);
    int lane = get_local_id(0);
    int item = get_local_id(1) * wide + lane;
    int j = get_group_id(0) * wide + lane;
    int row = get_group_id(1) * ROWS;
    Words weights = w + j / 16 * groupWords + j % 16;
    Extra extra = {a, b, ZEROS_OFFSET(k), CODES_OFFSET(k, a, b)};
    int blocks = k / X_LENGTH;
    global const char *from[ROWS];
    UNROLL for (int r = 0; r < ROWS; r++) {
        from[r] = x + xo + (long)min(row + r, rows - 1) * blocks * X_BYTES;
    }
    int chunk = SLOTS / wide / PIECES;
    // The chain of row r and of the lane-th of our rows of W.
    int r = item / wide;
    float acc = 0;
    for (int first = 0; first < blocks; first += chunk) {
        int count = min(chunk, blocks - first);
        for (int start = 0; start < count * PIECES; start += slices) {
            int p = start + (int)get_local_id(1);
            if (p < count * PIECES) {
                int block = p / PIECES;
                int isum[ROWS];
                int msum[ROWS];
                global const char *xs[ROWS];
                UNROLL for (int i = 0; i < ROWS; i++) {
                    xs[i] = from[i] + (first + block) * X_BYTES;
                }
                PIECE_SUMS(weights, first + block, p % PIECES, xs, extra, isum, msum);
                UNROLL for (int i = 0; i < ROWS; i++) {
                    isums[i][p * wide + lane] = isum[i];
#if HAS_MIN
                    msums[i][p * wide + lane] = msum[i];
#endif
                }
                if (p % PIECES == 0) {
                    float d = SCALE_D(weights, first + block);
                    UNROLL for (int i = 0; i < ROWS; i++) {
                        float da = *(global const float *)xs[i];
                        scales[i][block * wide + lane] = d * da;
#if HAS_MIN
                        minScales[i][block * wide + lane] = SCALE_M(weights, first + block) * da;
#endif
                    }
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (r < ROWS) {
            for (int i = 0; i < count; i++) {
                int isum = 0;
                int msum = 0;
                UNROLL for (int p = 0; p < PIECES; p++) {
                    isum += isums[r][(i * PIECES + p) * wide + lane];
#if HAS_MIN
                    msum += msums[r][(i * PIECES + p) * wide + lane];
#endif
                }
                acc = fma((float)isum, scales[r][i * wide + lane], acc);
#if HAS_MIN
                acc = fma(minScales[r][i * wide + lane], (float)msum, acc);
#endif
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (r < ROWS && row + r < rows && j < n) {
        finish(acc, (long)(row + r) * n, j, AT(const float, bias, bo), AT(const float, residual, ro),
               AT(float, y, yo), flags, activation);
    }
}
