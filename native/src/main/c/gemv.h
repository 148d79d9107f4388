/*
 * One row of activations times packed weights, whose codes are multiplied as they come from memory: with a single row the time
 * goes into reading the weights, and reading must not wait for a panel to be decoded. The trees are those of the tiles.
 *
 * x has the row's records. gemv_... takes the vectors of a panel of weight rows, w, and out takes its 2 LANES results. Groups
 * of integers are read one after the other, group_..., so that memory is read in one stream from the first byte to the
 * last: two streams at a time are slower by a quarter, since at the end of a group half of what is asked for ahead is the
 * other's beginning, which has been read.
 */
#define EACH_VECTOR UNROLL for (int v = 0; v < 2; v++)
/* Of a group. */
#define GROUP_VECTORS (GROUP / LANES)
#define EACH_GROUP_VECTOR UNROLL for (int v = 0; v < GROUP_VECTORS; v++)
#define VECTOR_AT(w, v) ((w) + (v) * (int64_t)sizeof(VF))

/* The groups of a panel, one after the other. */
#define BY_GROUP(FORMAT)                                                                                               \
    static void gemv_##FORMAT(const char *const w[2], int64_t k, const void *x, float *out) {                          \
        for (int g = 0; g < PANEL_GROUPS; g++) {                                                                       \
            group_##FORMAT(w[g], k, x, out + g * GROUP);                                                               \
        }                                                                                                              \
    }

/* One block of 32 of one vector of rows. */
INLINE VF block_q4_0(const char *c, const struct record32 *record, int64_t i, VF d, VF acc) {
    const VI low = vi_all(0x0F0F0F0F);
    VI s = dot_begin(&record->offset[i]);
    VI t = vi_zero();
    UNROLL for (int u = 0; u < 4; u++) {
        VI q = vi_load(c + u * WORD);
        prefetch(c + u * WORD);
        s = dot(4, s, vi_and(q, low), vi_broadcast(record->q + i * 32 + 4 * u));
        t = dot(4, t, vi_and(vi_right(q, 4), low), vi_broadcast(record->q + i * 32 + 16 + 4 * u));
    }
    VI sum = dot_end(4, dot_add(4, s, t), &record->offset[i]);
    return vf_fma(vf_of_int(sum), vf_mul(d, vf_broadcast(&record->d[i])), acc);
}

INLINE VF block_q8_0(const char *c, const struct record32 *record, int64_t i, VF d, VF acc) {
    VI s = dot_begin(&record->offset[i]);
    VI t = vi_zero();
    UNROLL for (int u = 0; u < 8; u += 2) {
        VI p = int8_code(vi_load(c + u * WORD)), q = int8_code(vi_load(c + u * WORD + WORD));
        prefetch(c + u * WORD);
        prefetch(c + u * WORD + WORD);
        s = dot(8, s, p, vi_broadcast(record->q + i * 32 + 4 * u));
        t = dot(8, t, q, vi_broadcast(record->q + i * 32 + 4 * u + 4));
    }
    VI sum = dot_end(8, dot_add(8, s, t), &record->offset[i]);
    return vf_fma(vf_of_int(sum), vf_mul(d, vf_broadcast(&record->d[i])), acc);
}

/* Units of two blocks of so many words behind their scales (dev.tegula.tile.PackBlocks32). */
#define GEMV32(FORMAT, WORDS)                                                                                          \
    static void group_##FORMAT(const char *w, int64_t k, const void *x, float *out) {                                  \
        const struct record32 *a = x;                                                                                  \
        const int64_t blocks = k / 32;                                                                                 \
        VF acc[GROUP_VECTORS] = {vf_zero()};                                                                           \
        for (int64_t b = 0; b < blocks; b += 2, w += UNIT32(WORDS)) {                                                  \
            const struct record32 *record = a + b / BLOCKS;                                                            \
            const int64_t i = b % BLOCKS;                                                                              \
            EACH_GROUP_VECTOR {                                                                                        \
                const char *c = VECTOR_AT(w, v) + WORD;                                                                   \
                VF even, odd;                                                                                          \
                vf_load_pairs(VECTOR_AT(w, v), &even, &odd);                                                              \
                prefetch(VECTOR_AT(w, v));                                                                                \
                acc[v] = block_##FORMAT(c, record, i, even, acc[v]);                                                   \
                if (b + 1 < blocks) {                                                                                  \
                    acc[v] = block_##FORMAT(c + (WORDS)*WORD, record, i + 1, odd, acc[v]);                             \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        EACH_GROUP_VECTOR vf_store(out + v * LANES, acc[v]);                                                           \
    }                                                                                                                  \
    BY_GROUP(FORMAT)
GEMV32(q4_0, 4)
GEMV32(q8_0, 8)

static void group_q4_k(const char *w, int64_t k, const void *x, float *out) {
    const VI low = vi_all(0x0F0F0F0F);
    const struct record256 *a = x;
    VF acc[GROUP_VECTORS] = {vf_zero()};
    for (int64_t b = 0; b < k / CHUNK; b++, a++) {
        EACH_GROUP_VECTOR {
            const char *unit = VECTOR_AT(w, v) + b * Q4_K_UNIT;
            const char *c = unit + 6 * WORD;
            prefetch_words(unit, 6);
            VI sum = vi_zero(), min = vi_zero();
            for (int g = 0; g < 4; g++, c += 8 * WORD) {
                const int8_t *q = a->q + g * 64;
                VI first = pair_scale(byte_of(unit, 2 * g)), second = pair_scale(byte_of(unit, 2 * g + 1));
                UNROLL for (int h = 0; h < 8; h += STEPS4) {
                    VI s = vi_zero(), t = vi_zero();
                    UNROLL for (int u = h; u < h + STEPS4; u++) {
                        VI word = vi_load(c + u * WORD);
                        prefetch(c + u * WORD);
                        s = dot(4, s, vi_and(word, low), vi_broadcast(q + 4 * u));
                        t = dot(4, t, vi_and(vi_right(word, 4), low), vi_broadcast(q + 32 + 4 * u));
                    }
                    sum = dot_scaled(sum, s, first);
                    sum = dot_scaled(sum, t, second);
                }
                VI mins = pair_of(byte_of(unit + 2 * WORD, 2 * g), byte_of(unit + 2 * WORD, 2 * g + 1));
                min = vi_dot_pairs(min, mins, vi_broadcast(&a->pairs[g]));
            }
            VF dA = vf_broadcast(&a->d);
            acc[v] = vf_fma(vf_of_int(sum), vf_mul(vf_load(unit + 4 * WORD), dA), acc[v]);
            acc[v] = vf_fma(vf_mul(negative(vf_load(unit + 5 * WORD)), dA), vf_of_int(min), acc[v]);
        }
    }
    EACH_GROUP_VECTOR vf_store(out + v * LANES, acc[v]);
}
BY_GROUP(q4_k)

static void group_q6_k(const char *w, int64_t k, const void *x, float *out) {
    const struct record256 *a = x;
    VF acc[GROUP_VECTORS] = {vf_zero()};
    for (int64_t b = 0; b < k / CHUNK; b++, a++) {
        EACH_GROUP_VECTOR {
            const char *unit = VECTOR_AT(w, v) + b * Q6_K_UNIT;
            const char *c = unit + 5 * WORD;
            prefetch_words(unit, 5);
            VI sum = vi_zero();
#ifndef VNNI
            for (int j = 0; j < 8; j++) {
                sum = vi_dot_pairs(sum, pair_of_scales(unit, j), vi_broadcast(&a->pairs[j]));
            }
#endif
            for (int i = 0; i < 8; i++, c += 6 * WORD) {
                const int first = q6_k_step(i);
                VI low_scale = pair_scale(signed_byte_of(unit, first / 4));
                VI high_scale = pair_scale(signed_byte_of(unit, first / 4 + 4));
                UNROLL for (int m = 0; m < 2; m++) {
                    const int u = first + 2 * m;
                    VI q[4];
                    codes_q6_k(c, m, q);
                    VI s = dot_begin(&a->offset[u / 2]), t = dot_begin(&a->offset[u / 2 + 8]);
                    s = dot(6, s, q[0], vi_broadcast(a->q + 4 * u));
                    s = dot(6, s, q[1], vi_broadcast(a->q + 4 * u + 4));
                    t = dot(6, t, q[2], vi_broadcast(a->q + 4 * u + 64));
                    t = dot(6, t, q[3], vi_broadcast(a->q + 4 * u + 68));
                    sum = dot_scaled(sum, s, low_scale);
                    sum = dot_scaled(sum, t, high_scale);
                }
            }
            VF d = vf_mul(vf_load(unit + 4 * WORD), vf_broadcast(&a->d));
            acc[v] = vf_fma(vf_of_int(sum), d, acc[v]);
        }
    }
    EACH_GROUP_VECTOR vf_store(out + v * LANES, acc[v]);
}
BY_GROUP(q6_k)

/*
 * Codes are multiplied where they stand in their bytes, times 1, 4, 16 and 64, which saves shifts: each place has a sum of its
 * own, whose lowest bits are zeros. Four sums and masks take many registers, and signed bytes hold no 64 * 3; the I16 of
 * CPUs without VNNI hold 4 words of 2 * 2 * 4 * 3 * 127.
 */
#if defined(VNNI) && REGISTERS == 32
#define PLACES 4
#define PLACED_WORDS 16
#elif defined(VNNI)
#define PLACES 2
#define PLACED_WORDS 16
#else
#define PLACES 2
#define PLACED_WORDS 4
#endif

static void group_tq2_0(const char *w, int64_t k, const void *x, float *out) {
    const struct record256 *a = x;
    VF acc[GROUP_VECTORS] = {vf_zero()};
    for (int64_t b = 0; b < k / CHUNK; b++, a++) {
        const int64_t unit = b * TQ2_0_UNIT;
        VI sum[GROUP_VECTORS][PLACES];
        UNROLL for (int i = 0; i < GROUP_VECTORS * PLACES; i++) {
            sum[i / PLACES][i % PLACES] = vi_zero();
        }
        for (int first = 0; first < 16; first += PLACED_WORDS) {
            VI s[GROUP_VECTORS][PLACES];
            UNROLL for (int i = 0; i < GROUP_VECTORS * PLACES; i++) {
                s[i / PLACES][i % PLACES] = vi_zero();
            }
            for (int u = first; u < first + PLACED_WORDS; u++) {
                const int8_t *q = a->q + u / 8 * 128 + u % 8 * 4;
                EACH_GROUP_VECTOR {
                    const char *c = VECTOR_AT(w, v) + unit + (1 + u) * WORD;
                    VI word = vi_load(c);
                    prefetch(c);
                    UNROLL for (int j = 0; j < 4; j++) {
                        VI field = vi_and(word, vi_all((int32_t)(0x03030303u << 2 * (j % PLACES))));
                        s[v][j % PLACES] = dot(2, s[v][j % PLACES], field, vi_broadcast(q + 32 * j));
                        word = j + 1 == PLACES ? vi_right(word, 2 * PLACES) : word;
                    }
                }
            }
            UNROLL for (int i = 0; i < GROUP_VECTORS * PLACES; i++) {
                sum[i / PLACES][i % PLACES] = dot_join(sum[i / PLACES][i % PLACES], s[i / PLACES][i % PLACES]);
            }
        }
        EACH_GROUP_VECTOR {
            prefetch(VECTOR_AT(w, v) + unit);
            VI all = vi_broadcast(&a->total);
            UNROLL for (int j = 0; j < PLACES; j++) {
                all = vi_add(all, vi_down(sum[v][j], 2 * j));
            }
            VF d = vf_mul(vf_load(VECTOR_AT(w, v) + unit), vf_broadcast(&a->d));
            acc[v] = vf_fma(vf_of_int(all), d, acc[v]);
        }
    }
    EACH_GROUP_VECTOR vf_store(out + v * LANES, acc[v]);
}
BY_GROUP(tq2_0)

/* A row's records of F32 lie one after the other, as the row does. */
static void gemv_f16(const char *const w[2], int64_t k, const void *x, float *out) {
    const float *a = x;
    VF acc[2] = {vf_zero(), vf_zero()};
    for (int64_t i = 0; i < k; i += 2) {
        EACH_VECTOR {
            VF even, odd;
            vf_load_pairs(w[v] + i / 2 * WORD, &even, &odd);
            prefetch(w[v] + i / 2 * WORD);
            acc[v] = vf_fma(vf_broadcast(a + i), even, acc[v]);
            acc[v] = i + 1 < k ? vf_fma(vf_broadcast(a + i + 1), odd, acc[v]) : acc[v];
        }
    }
    EACH_VECTOR vf_store(out + v * LANES, acc[v]);
}

static void gemv_bf16(const char *const w[2], int64_t k, const void *x, float *out) {
    const float *a = x;
    VF acc[2] = {vf_zero(), vf_zero()};
    for (int64_t i = 0; i < k; i += 2) {
        EACH_VECTOR {
            VI word = vi_load(w[v] + i / 2 * WORD);
            prefetch(w[v] + i / 2 * WORD);
            acc[v] = vf_fma(vf_broadcast(a + i), vf_of_bits(vi_left(word, 16)), acc[v]);
            VF odd = vf_of_bits(vi_and(word, vi_all((int32_t)0xFFFF0000)));
            acc[v] = i + 1 < k ? vf_fma(vf_broadcast(a + i + 1), odd, acc[v]) : acc[v];
        }
    }
    EACH_VECTOR vf_store(out + v * LANES, acc[v]);
}
