/*
 * What the machine can do at most, for the bench: loops that do nothing but multiply, read or write. They are compiled like the
 * kernels whose limits they are. Each stores what it has computed, and dev.tegula.nat.PeakLoop says what that must be.
 *
 * A call does the same `passes` times. Memory begins at multiples of 64 bytes.
 */
#ifndef TEGULA_PEAKS_H
#define TEGULA_PEAKS_H

#define PEAK_ARGS char *restrict y, const char *restrict x, const char *restrict z, int64_t count, int64_t passes
#define VECTOR (4 * LANES)

/* Sums that do not wait for each other: latency times instructions per cycle, as far as all CPUs have registers. */
#define PEAK_SUMS 12
/* Sums of a loop that reads; `count` bytes are a multiple of them. */
#define PEAK_READS 8

/* What a pass has done is seen, so that the next one is not left out. */
#define NEXT_PASS __asm__ volatile("" : : : "memory")

/* y = x + count times the products of the two vectors of z: a step for each sum. */
#define MULTIPLY_LOOP(VECTORS, LOAD, STORE, STEP)                            \
    VECTORS a = LOAD(z), b = LOAD(z + VECTOR);                               \
    for (; passes > 0; passes--) {                                           \
        VECTORS s[PEAK_SUMS];                                                \
        UNROLL for (int j = 0; j < PEAK_SUMS; j++) s[j] = LOAD(x + j * VECTOR); \
        for (int64_t i = 0; i < count; i++) {                                \
            UNROLL for (int j = 0; j < PEAK_SUMS; j++) { STEP; }             \
        }                                                                    \
        UNROLL for (int j = 0; j < PEAK_SUMS; j++) STORE(y + j * VECTOR, s[j]); \
        NEXT_PASS;                                                           \
    }

/*
 * For each `vectors` of `count` bytes. Loops that write have one vector to a step: of more GCC changes the order, and copying
 * from memory is 4 % slower then.
 */
#define MEMORY_LOOP(vectors, EACH)                                           \
    for (; passes > 0; passes--) {                                           \
        for (int64_t i = 0; i < count; i += (vectors) * VECTOR) {            \
            UNROLL for (int j = 0; j < (vectors); j++) {                     \
                int64_t at = i + j * VECTOR;                                 \
                EACH;                                                        \
            }                                                                \
        }                                                                    \
        NEXT_PASS;                                                           \
    }

#endif

#ifndef PEAKS_OF_BF16

/* Multiply-adds of F32. */
EXPORT void NAME(tegula_peak_fma)(PEAK_ARGS) {
    MULTIPLY_LOOP(VF, vf_load, vf_store, s[j] = vf_fma(a, b, s[j]))
}

/* Four products of bytes and their sum in each lane. */
EXPORT void NAME(tegula_peak_int8)(PEAK_ARGS) {
#ifdef VNNI
    MULTIPLY_LOOP(VI, vi_load, vi_store, s[j] = vi_dot(s[j], a, b))
#else
    VI ones = vi_all(0x10001);
    /* The products are made again for each sum: nothing is known of a after the assembly. */
    MULTIPLY_LOOP(VI, vi_load, vi_store, __asm__("" : "+x"(a)); s[j] = vi_dot_pairs(s[j], vi_pairs(a, b), ones))
#endif
}

/* Sums of 32-bit integers of x, stored at the begin of y. */
EXPORT void NAME(tegula_peak_read)(PEAK_ARGS) {
    (void)z;
    VI s[PEAK_READS];
    UNROLL for (int j = 0; j < PEAK_READS; j++) s[j] = vi_zero();
    MEMORY_LOOP(PEAK_READS, s[j] = vi_add(s[j], vi_load(x + at)))
    UNROLL for (int j = 0; j < PEAK_READS; j++) vi_store(y + j * VECTOR, s[j]);
}

/* y = x. */
EXPORT void NAME(tegula_peak_copy)(PEAK_ARGS) {
    (void)z;
    MEMORY_LOOP(1, vi_store(y + at, vi_load(x + at)))
}

/* y = x + 3 z in F32. */
EXPORT void NAME(tegula_peak_triad)(PEAK_ARGS) {
    VF three = vf_all(3.0f);
    MEMORY_LOOP(1, vf_store(y + at, vf_fma(three, vf_load(z + at), vf_load(x + at))))
}

/* The same with stores that go past the caches, so that y is not read first. */
EXPORT void NAME(tegula_peak_copy_streamed)(PEAK_ARGS) {
    (void)z;
    MEMORY_LOOP(1, vi_stream(y + at, vi_load(x + at)))
    stream_end();
}
EXPORT void NAME(tegula_peak_triad_streamed)(PEAK_ARGS) {
    VF three = vf_all(3.0f);
    MEMORY_LOOP(1, vi_stream(y + at, vi_of_bits(vf_fma(three, vf_load(z + at), vf_load(x + at)))))
    stream_end();
}

#endif
