// What q_tile.cl and the two ways to its integers share: the tile, and what of both sides is in local memory.
#define TILE_X 64
#define TILE_W 128
// Distances of a word of codes of all rows to the next: a multiple of 8 and no more, so that 4 words of 8 rows are in 32 banks.
#define W_STRIDE (TILE_W + 8)
#define X_STRIDE (TILE_X + 8)
#define OUTPUTS 32
#define SUB_WORDS (SUB / 4)
// Sub-blocks in 32 elements, and in what is in local memory.
#define SLICE_SUBS (32 / SUB)
#define STAGE_SUBS (2 * SLICE_SUBS)
#define SLICES (X_LENGTH / 32)

typedef struct {
    local int *codes;
    local int *x;
    local int *scales;
    local int *zeros;
    local int *mins;
    local int *sums;
    local float *d;
    local float *dmin;
    local float *da;
} Stage;
