// Many F32 rows by F32, F16 or BF16 weights, on GPUs: 64 rows by 128 rows of W for a group of 16 by 16 work-items, each with
// 4 by 8 chains in registers. Both sides come to local memory 16 elements of k at a time, as F32, while the next are asked for.
#define STEP 16
#define TILE_X 64
#define TILE_W 128
// Vectors of four words that a work-item brings of 8 groups of weights.
#undef VECTORS
#define VECTORS (STEP / PER_WORD * TILE_W / 4 / 256)
// A gap, so that work-items that store a column of x each do not all store to one bank.
#define X_STRIDE (TILE_X + 4)

// One element of k for all chains of a work-item: rows of W 4 lane ... 4 lane + 3 and those 64 further.
void multiply_add(local const float *ws, local const float *xs, int lane, int down, float *acc) {
    float4 low = ((local const float4 *)ws)[lane];
    float4 high = ((local const float4 *)ws)[lane + 16];
    float4 x = ((local const float4 *)xs)[down];
    float w[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
    float v[4] = {x.x, x.y, x.z, x.w};
    UNROLL for (int r = 0; r < 4; r++) {
        UNROLL for (int i = 0; i < 8; i++) {
            acc[r * 8 + i] = fma(v[r], w[i], acc[r * 8 + i]);
        }
    }
}

__attribute__((reqd_work_group_size(256, 1, 1)))
kernel void linear_many(global const char *x, long xo, global const int *w, long groupWords, global const char *bias,
                        long bo, global const char *residual, long ro, global char *y, long yo, int k, int n, int flags,
                        int activation, int a, int b, int rows) {
    local float ws[STEP * TILE_W] __attribute__((aligned(16)));
    local float xs[STEP * X_STRIDE] __attribute__((aligned(16)));
    int item = get_local_id(0);
    int lane = item % 16;
    int down = item / 16;
    int groups = (n + 15) / 16;
    int row = get_group_id(1) * TILE_X;
    global const float *from = AT(const float, x, xo) + (long)min(row + item / 4, rows - 1) * k;
    float acc[32];
    UNROLL for (int i = 0; i < 32; i++) {
        acc[i] = 0;
    }
    int4 words[VECTORS];
    for (int at = -STEP; at < k; at += STEP) {
        int next = at + STEP;
        // A group's words for a step are STEP / PER_WORD * 16, one after the other; a vector is of four neighbouring rows of W.
        UNROLL for (int i = 0; i < VECTORS; i++) {
            int v = i * 256 + item;
            int group = min((int)get_group_id(0) * 8 + v / (STEP / PER_WORD * 4), groups - 1);
            global const int4 *words4 = (global const int4 *)(w + group * groupWords) + next / PER_WORD * 4;
            words[i] = next < k ? words4[v % (STEP / PER_WORD * 4)] : (int4)(0);
        }
        float v4[4];
        UNROLL for (int i = 0; i < 4; i++) {
            int element = next + item % 4 * 4 + i;
            v4[i] = element < k ? from[element] : 0.0f;
        }
        if (at >= 0 && k - at >= STEP) {
            UNROLL for (int i = 0; i < STEP; i++) {
                multiply_add(ws + i * TILE_W, xs + i * X_STRIDE, lane, down, acc);
            }
        } else if (at >= 0) {
            for (int i = 0; i < k - at; i++) {
                multiply_add(ws + i * TILE_W, xs + i * X_STRIDE, lane, down, acc);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (next < k) {
            UNROLL for (int i = 0; i < VECTORS; i++) {
                int v = i * 256 + item;
                int place = v / (STEP / PER_WORD * 4) * 16 + v % 4 * 4;
                int element = v % (STEP / PER_WORD * 4) / 4 * PER_WORD;
#if PER_WORD == 1
                ((local float4 *)ws)[(element * TILE_W + place) / 4] = as_float4(words[i]);
#else
                int4 pair = words[i];
                local float4 *to = (local float4 *)ws + (element * TILE_W + place) / 4;
                to[0] = (float4)(LOWER(pair.x), LOWER(pair.y), LOWER(pair.z), LOWER(pair.w));
                to[TILE_W / 4] = (float4)(UPPER(pair.x), UPPER(pair.y), UPPER(pair.z), UPPER(pair.w));
#endif
            }
            UNROLL for (int i = 0; i < 4; i++) {
                xs[(item % 4 * 4 + i) * X_STRIDE + item / 4] = v4[i];
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int r = 0; r < 4; r++) {
        int to = row + down * 4 + r;
        for (int i = 0; i < 8; i++) {
            int j = get_group_id(0) * TILE_W + i / 4 * 64 + lane * 4 + i % 4;
            if (to < rows && j < n) {
                finish(acc[r * 8 + i], (long)to * n, j, AT(const float, bias, bo), AT(const float, residual, ro),
                       AT(float, y, yo), flags, activation);
            }
        }
    }
}
