/*
 * Blocks of 32 on AMX: 16 rows of activations times a panel of two vectors of 16 columns.
 *
 *     activations  [16 rows][32 bytes]      signed
 *     weights      [8 steps][16 columns][4 bytes]    unsigned, as panels have them
 *     sums         [16 rows][16 columns]    I32, of one block, which go through memory to the sums of floats
 *
 * Compiled only: no test has run on such a CPU, but one on what the instructions are said to do (EmulatedTilesTest).
 */
#define TILE_SUMS 0
#define TILE_SUMS_2 1
#define TILE_ACTIVATIONS 2
#define TILE_WEIGHTS 3
#define TILE_WEIGHTS_2 4

/* What the registers hold, on this thread from tiles_begin to tiles_end. */
struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};

static void tiles_begin(void) {
    static const struct tile_config config = {
        .palette = 1,
        .row_bytes = {64, 64, 32, 64, 64},
        .rows = {BLOCK_ROWS, BLOCK_ROWS, BLOCK_ROWS, 8, 8},
    };
    _tile_loadconfig(&config);
}

static void tiles_end(void) {
    _tile_release();
}

INLINE void tiles32(const int kind, const struct panel *p, const struct record32 *x, int64_t blocks, float *out) {
    _Alignas(64) int32_t sums[2][BLOCK_ROWS][LANES];
    for (int64_t b = 0; b < blocks; b++) {
        _tile_zero(TILE_SUMS);
        _tile_zero(TILE_SUMS_2);
        _tile_loadd(TILE_ACTIVATIONS, x->q + b * 32, sizeof *x);
        _tile_loadd(TILE_WEIGHTS, p->codes[b * 8], sizeof p->codes[0]);
        _tile_loadd(TILE_WEIGHTS_2, p->codes[b * 8] + LANES, sizeof p->codes[0]);
        _tile_dpbsud(TILE_SUMS, TILE_ACTIVATIONS, TILE_WEIGHTS);
        _tile_dpbsud(TILE_SUMS_2, TILE_ACTIVATIONS, TILE_WEIGHTS_2);
        _tile_stored(TILE_SUMS, sums[0], sizeof sums[0][0]);
        _tile_stored(TILE_SUMS_2, sums[1], sizeof sums[0][0]);
        for (int r = 0; r < BLOCK_ROWS; r++) {
            UNROLL for (int v = 0; v < 2; v++) {
                float *c = out + (2 * r + v) * LANES;
                VI sum = vi_load(sums[v][r]);
                sum = kind == ZEROS ? sum : vi_add(sum, vi_broadcast(&x[r].offset[b]));
                vf_store(c, fold32(kind, sum, p, x + r, b, v, vf_load(c)));
            }
        }
    }
}
