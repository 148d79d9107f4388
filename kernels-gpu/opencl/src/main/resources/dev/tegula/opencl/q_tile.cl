// Many rows of Q8 activations by quantized weights, on GPUs: 64 rows by 128 rows of W for a group of 256 work-items, each with
// 32 outputs. 64 elements of k at a time come to local memory, the weights decoded to bytes; exact integers of sub-blocks are
// made of them (PARTS, in tile_dot.cl or tile_mma.cl, which also says whose the outputs are: W_OF and X_OF), and an output's
// chain of fma goes on with each whole block (q_dot.cl has the formulas).

// A work-item decodes 32 elements of a row of W.
void bring_weights(Stage stage, Words w, int slice, int half_, int to, Extra extra) {
    int block = slice / SLICES;
    int s = slice % SLICES * SLICE_SUBS;
    UNROLL for (int i = 0; i < SLICE_SUBS; i++) {
        UNROLL for (int u = 0; u < SUB_WORDS; u++) {
            stage.codes[(half_ * 8 + i * SUB_WORDS + u) * W_STRIDE + to] = CODES(w, block, s + i, u);
        }
        int at = (half_ * SLICE_SUBS + i) * TILE_W + to;
#ifdef SCALED
        stage.scales[at] = SCALE(w, block, s + i);
#endif
#ifdef ZEROED
        stage.zeros[at] = ZERO(w, block, s + i);
#endif
#if HAS_MIN
        stage.mins[at] = MIN(w, block, s + i);
#endif
    }
    stage.d[half_ * TILE_W + to] = SCALE_D(w, block);
#if HAS_MIN
    stage.dmin[half_ * TILE_W + to] = SCALE_M(w, block);
#endif
}

// A work-item brings 16 elements of a row of x, the quarter-th, and perhaps a sum and a scale.
void bring_x(Stage stage, global const char *row, int first, int slices, int quarter, int to) {
    int slice = min(first + quarter / 2, slices - 1);
    global const char *block = row + slice / SLICES * X_BYTES;
    global const int *codes = (global const int *)(block + X_HEAD + slice % SLICES * 32) + quarter % 2 * 4;
    UNROLL for (int i = 0; i < 4; i++) {
        stage.x[(quarter * 4 + i) * X_STRIDE + to] = codes[i];
    }
    if (quarter < STAGE_SUBS) {
        slice = min(first + quarter / SLICE_SUBS, slices - 1);
        int s = slice % SLICES * SLICE_SUBS + quarter % SLICE_SUBS;
        block = row + slice / SLICES * X_BYTES;
        global const int *sums = (global const int *)(block + 4);
        stage.sums[quarter * TILE_X + to] = SUB > X_SUM ? sums[2 * s] + sums[2 * s + 1] : sums[s];
        stage.da[quarter / SLICE_SUBS * TILE_X + to] = *(global const float *)block;
    }
}

// Adds 32 elements to the integers.
void add_slice(Stage stage, int half_, int item, int *isum, int *msum MMA_SCRATCH_PARAMETER) {
    UNROLL for (int i = 0; i < SLICE_SUBS; i++) {
        int sub = half_ * SLICE_SUBS + i;
        int part[OUTPUTS];
        PARTS(stage.codes + sub * SUB_WORDS * W_STRIDE, stage.x + sub * SUB_WORDS * X_STRIDE, item, part);
        UNROLL for (int o = 0; o < OUTPUTS; o++) {
            int row = sub * TILE_W + W_OF(item, o);
            int sum = stage.sums[sub * TILE_X + X_OF(item, o)];
#ifdef ZEROED
            int v = part[o] - stage.zeros[row] * sum;
#else
            int v = part[o] - ZERO(w, 0, 0) * sum;
#endif
#ifdef SCALED
            v *= stage.scales[row];
#endif
            isum[o] += v;
#if HAS_MIN
            msum[o] += stage.mins[row] * sum;
#endif
        }
    }
}

void add_block(Stage stage, int half_, int item, const int *isum, const int *msum, float *acc) {
    UNROLL for (int o = 0; o < OUTPUTS; o++) {
        int row = half_ * TILE_W + W_OF(item, o);
        float da = stage.da[half_ * TILE_X + X_OF(item, o)];
        acc[o] = fma((float)isum[o], stage.d[row] * da, acc[o]);
#if HAS_MIN
        acc[o] = fma(stage.dmin[row] * da, (float)msum[o], acc[o]);
#endif
    }
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void linear_many(global const char *x, long xo, global const int *w, long groupWords, global const char *bias,
                        long bo, global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                        int activation, int a, int b, int rows) {
    local int codes[16 * W_STRIDE] __attribute__((aligned(16)));
    local int xs[16 * X_STRIDE] __attribute__((aligned(16)));
    local int scales[STAGE_SUBS * TILE_W];
    local int sums[STAGE_SUBS * TILE_X];
    local float d[2 * TILE_W];
    local float da[2 * TILE_X];
    Stage stage = {codes, xs, scales, scales, scales, sums, d, d, da};
#ifdef ZEROED
    local int zeros[STAGE_SUBS * TILE_W];
    stage.zeros = zeros;
#endif
#if HAS_MIN
    local int mins[STAGE_SUBS * TILE_W];
    local float dmin[2 * TILE_W];
    stage.mins = mins;
    stage.dmin = dmin;
#endif
    MMA_SCRATCH;
    int item = get_local_id(0);
    int slices = k / 32;
    int row = get_group_id(1) * TILE_X;
    Extra extra = {a, b, ZEROS_OFFSET(k), CODES_OFFSET(k, a, b)};
    int group = min((int)get_group_id(0) * 8 + item / 16 % 8, (n + 15) / 16 - 1);
    Words weights = w + group * groupWords + item % 16;
    global const char *from = x + xo + (long)min(row + item % TILE_X, rows - 1) * (k / X_LENGTH) * X_BYTES;
    float acc[OUTPUTS];
    int isum[OUTPUTS];
    int msum[OUTPUTS];
    UNROLL for (int o = 0; o < OUTPUTS; o++) {
        acc[o] = 0;
        isum[o] = 0;
        msum[o] = 0;
    }
    for (int first = 0; first < slices; first += 2) {
        int mine = item / TILE_W;
        bring_weights(stage, weights, min(first + mine, slices - 1), mine, item % TILE_W, extra);
        bring_x(stage, from, first, slices, item / TILE_X, item % TILE_X);
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = 0; i < min(2, slices - first); i++) {
            add_slice(stage, i, item, isum, msum MMA_SCRATCH_ARGUMENT);
            if ((first + i + 1) % SLICES == 0) {
                add_block(stage, i, item, isum, msum, acc);
                UNROLL for (int o = 0; o < OUTPUTS; o++) {
                    isum[o] = 0;
                    msum[o] = 0;
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    UNROLL for (int o = 0; o < OUTPUTS; o++) {
        int to = row + X_OF(item, o);
        int j = get_group_id(0) * TILE_W + W_OF(item, o);
        if (to < rows && j < n) {
            finish(acc[o], (long)to * n, j, AT(const float, bias, bo), AT(const float, residual, ro),
                   AT(float, y, yo), flags, activation);
        }
    }
}
