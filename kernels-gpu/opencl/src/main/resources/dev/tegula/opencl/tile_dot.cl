// A tile's integers by dot products of four bytes: a work-item has rows 4 l ... 4 l + 3 of W and those 64 further, by 4 of x.
#define MMA_SCRATCH
#define MMA_SCRATCH_PARAMETER
#define MMA_SCRATCH_ARGUMENT
#define W_OF(item, o) ((o) % 8 / 4 * 64 + (item) % 16 * 4 + (o) % 4)
#define X_OF(item, o) ((item) / 16 * 4 + (o) / 8)

void tile_dots(local const int *codes, local const int *x, int item, int *part) {
    UNROLL for (int o = 0; o < OUTPUTS; o++) {
        part[o] = 0;
    }
    UNROLL for (int u = 0; u < SUB_WORDS; u++) {
        int4 low = ((local const int4 *)(codes + u * W_STRIDE))[item % 16];
        int4 high = ((local const int4 *)(codes + u * W_STRIDE))[item % 16 + 16];
        int4 values = ((local const int4 *)(x + u * X_STRIDE))[item / 16];
        int w[8] = {low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w};
        int v[4] = {values.x, values.y, values.z, values.w};
        UNROLL for (int o = 0; o < OUTPUTS; o++) {
            part[o] = dot4(w[o % 8], v[o / 8], part[o]);
        }
    }
}

#define PARTS(codes, x, item, part) tile_dots(codes, x, item, part)
