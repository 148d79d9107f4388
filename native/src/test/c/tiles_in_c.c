/*
 * Linear layers for AMX on a CPU with AVX-512 only: the tiles' instructions as functions, after the description of each in
 * Intel's manual (Software Developer's Manual, volume 2). Not checked: what a wrong configuration does.
 */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

struct tile {
    uint8_t bytes[16][64];
};

static _Thread_local struct tile tiles[8];
static _Thread_local uint16_t tile_row_bytes[8];
static _Thread_local uint8_t tile_row_count[8];

static inline void tile_configure(const void *config) {
    memcpy(tile_row_bytes, (const char *)config + 16, sizeof tile_row_bytes);
    memcpy(tile_row_count, (const char *)config + 48, sizeof tile_row_count);
}

static inline void tile_release(void) {
    memset(tile_row_count, 0, sizeof tile_row_count);
}

static inline void tile_zero(int t) {
    memset(&tiles[t], 0, sizeof tiles[t]);
}

static inline void tile_load(int t, const void *from, int64_t stride) {
    tile_zero(t);
    for (int r = 0; r < tile_row_count[t]; r++) {
        memcpy(tiles[t].bytes[r], (const char *)from + r * stride, tile_row_bytes[t]);
    }
}

static inline void tile_store(int t, void *to, int64_t stride) {
    for (int r = 0; r < tile_row_count[t]; r++) {
        memcpy((char *)to + r * stride, tiles[t].bytes[r], tile_row_bytes[t]);
    }
}

/* Signed bytes of a times unsigned ones of b, four to a sum. */
static inline void tile_dot(int c, int a, int b) {
    for (int m = 0; m < tile_row_count[c]; m++) {
        int32_t sums[16];
        memcpy(sums, tiles[c].bytes[m], sizeof sums);
        for (int k = 0; k < tile_row_bytes[a] / 4; k++) {
            for (int n = 0; n < tile_row_bytes[c] / 4; n++) {
                for (int i = 0; i < 4; i++) {
                    sums[n] += (int8_t)tiles[a].bytes[m][4 * k + i] * tiles[b].bytes[k][4 * n + i];
                }
            }
        }
        memcpy(tiles[c].bytes[m], sums, sizeof sums);
    }
}

#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbsud
#define _tile_loadconfig tile_configure
#define _tile_release tile_release
#define _tile_zero tile_zero
#define _tile_loadd tile_load
#define _tile_stored tile_store
#define _tile_dpbsud tile_dot

#include "simd_avx512.h"

#define AMX
#define NAME(f) f##_amx

#include "linear_loops.h"

/* The loader wants it. */
EXPORT int32_t tegula_features(int32_t ask);
int32_t tegula_features(int32_t ask) {
    return ask;
}
