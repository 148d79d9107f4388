// One to a few F32 rows by F32, F16 or BF16 weights, on GPUs. An output is one chain of fma in the order of k, so only 16 * ROWS
// work-items of a group have something to add up. All of its 256 bring a group of weights, whose bytes lie one after the other,
// to local memory, and ask for the next stage before the chains go through this one: memory works all the time.
//
// A stage has STAGE words of each of 16 rows of W; of those a work-item brings so many vectors of four, and of x so many values.
#undef STAGE
#undef VECTORS
#undef VALUES
#define STAGE 128
#define VECTORS (STAGE * 4 / 256)
#define VALUES ((ROWS * STAGE * PER_WORD + 255) / 256)

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void LINEAR(global const char *x, long xo, global const int *w, long groupWords, global const char *bias, long bo,
                   global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                   int activation, int a, int b, int rows) {
    local int4 weights[2][STAGE * 4];
    local float xs[2][ROWS][STAGE * PER_WORD];
    int item = get_local_id(0);
    int row = get_group_id(1) * ROWS;
    global const int4 *from = (global const int4 *)(w + get_group_id(0) * groupWords);
    int vectors = groupWords / 4;
    int lane = item % 16;
    int r = item / 16;
    int j = get_group_id(0) * 16 + lane;
    float acc = 0;
    int stages = (k + STAGE * PER_WORD - 1) / (STAGE * PER_WORD);
    for (int s = -1; s < stages; s++) {
        // Stage s is in local memory; s + 1 comes there meanwhile.
        int4 next[VECTORS];
        float nextX[VALUES];
        int first = (s + 1) * STAGE;
        UNROLL for (int i = 0; i < VECTORS; i++) {
            int at = first * 4 + i * 256 + item;
            next[i] = at < vectors ? from[at] : (int4)(0);
        }
        UNROLL for (int i = 0; i < VALUES; i++) {
            int at = i * 256 + item;
            int element = first * PER_WORD + at % (STAGE * PER_WORD);
            int which = at / (STAGE * PER_WORD);
            bool there = which < ROWS && element < k;
            nextX[i] = there ? AT(const float, x, xo)[(long)min(row + which, rows - 1) * k + element] : 0.0f;
        }
        if (s >= 0 && r < ROWS) {
            local const int *words = (local const int *)weights[s % 2];
            local const float *v = xs[s % 2][r];
            int count = min(STAGE * PER_WORD, k - s * STAGE * PER_WORD);
#if PER_WORD == 1
            for (int i = 0; i < count; i++) {
                acc = fma(v[i], as_float(words[i * 16 + lane]), acc);
            }
#else
            for (int i = 0; i < count / 2; i++) {
                int word = words[i * 16 + lane];
                acc = fma(v[2 * i], LOWER(word), acc);
                acc = fma(v[2 * i + 1], UPPER(word), acc);
            }
            if (count % 2 != 0) {
                acc = fma(v[count - 1], LOWER(words[count / 2 * 16 + lane]), acc);
            }
#endif
        }
        if (s + 1 < stages) {
            UNROLL for (int i = 0; i < VECTORS; i++) {
                weights[(s + 1) % 2][i * 256 + item] = next[i];
            }
            UNROLL for (int i = 0; i < VALUES; i++) {
                int at = i * 256 + item;
                if (at < ROWS * STAGE * PER_WORD) {
                    xs[(s + 1) % 2][at / (STAGE * PER_WORD)][at % (STAGE * PER_WORD)] = nextX[i];
                }
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (r < ROWS && row + r < rows && j < n) {
        finish(acc, (long)(row + r) * n, j, AT(const float, bias, bo), AT(const float, residual, ro),
               AT(float, y, yo), flags, activation);
    }
}
