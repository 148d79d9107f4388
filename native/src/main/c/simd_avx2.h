/*
 * Vectors of 256 bits: AVX2, FMA and F16C, with AVX-VNNI where it is switched on. The names are those of every simd_*.h:
 *
 *   VF, VI, VM, LANES    vectors of F32 and I32, a mask over their lanes, how many lanes
 *   vf_… vi_…            operations on them; loads and stores take any address
 *   VNNI                 defined where vi_dot multiplies bytes in one instruction
 */
#include <immintrin.h>

#include "tegula.h"

#define LANES 8
#define REGISTERS 16

typedef __m256 VF;
typedef __m256i VI;
typedef __m256 VM;

INLINE VF vf_load(const void *p) { return _mm256_loadu_ps(p); }
INLINE void vf_store(void *p, VF v) { _mm256_storeu_ps(p, v); }
INLINE VF vf_all(float x) { return _mm256_set1_ps(x); }
INLINE VF vf_broadcast(const void *p) { return _mm256_broadcast_ss(p); }
INLINE VF vf_zero(void) { return _mm256_setzero_ps(); }
INLINE VF vf_add(VF a, VF b) { return _mm256_add_ps(a, b); }
INLINE VF vf_sub(VF a, VF b) { return _mm256_sub_ps(a, b); }
INLINE VF vf_mul(VF a, VF b) { return _mm256_mul_ps(a, b); }
INLINE VF vf_div(VF a, VF b) { return _mm256_div_ps(a, b); }
/* a b + c, rounded once. */
INLINE VF vf_fma(VF a, VF b, VF c) { return _mm256_fmadd_ps(a, b, c); }
/* LANES values of F16, BF16 or int8 as F32, and F32 rounded to F16, ties to even. */
INLINE VF vf_load_half(const void *p) { return _mm256_cvtph_ps(_mm_loadu_si128(p)); }
INLINE VF vf_load_bf16(const void *p) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(p)), 16));
}
INLINE VF vf_load_bytes(const void *p) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(p))); }
INLINE void vf_store_half(void *p, VF v) { _mm_storeu_si128(p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
/* I32 to F32, to nearest even. */
INLINE VF vf_of_int(VI v) { return _mm256_cvtepi32_ps(v); }
INLINE VF vf_of_bits(VI v) { return _mm256_castsi256_ps(v); }
INLINE VI vi_of_bits(VF v) { return _mm256_castps_si256(v); }
/* a > b ? a : b, so b where a NaN takes part. */
INLINE VF vf_max(VF a, VF b) { return _mm256_max_ps(a, b); }
/* Comparisons are false where a NaN takes part. */
INLINE VM vf_less(VF a, VF b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
/* yes where the mask says so, else no. */
INLINE VF vf_select(VM m, VF yes, VF no) { return _mm256_blendv_ps(no, yes, m); }

/* a < b ? a : b, so b where a NaN takes part. */
INLINE VF vf_min(VF a, VF b) { return _mm256_min_ps(a, b); }
/* Whether a lane is NaN. */
INLINE VM vf_nan(VF v) { return _mm256_cmp_ps(v, v, _CMP_UNORD_Q); }
/* The word at p, 0 or -1, for all lanes; a b + c where the mask says so, else c. */
INLINE VM vm_broadcast(const void *p) { return _mm256_broadcast_ss(p); }
INLINE VF vf_fma_where(VM m, VF a, VF b, VF c) { return _mm256_blendv_ps(c, _mm256_fmadd_ps(a, b, c), m); }
/* The largest lane. */
INLINE float vf_largest(VF v) {
    __m128 x = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
/* The sum of the lanes by halves: lane i + lane (i + LANES / 2), and so on. */
INLINE float vf_fold(VF v) {
    __m128 x = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
/* v 2^n, rounded once, for v next to 1 and whole n of -150 to 128; in two factors, since 2^128 is no float. */
INLINE VF vf_scale(VF v, VF n) {
    __m256i k = _mm256_cvtps_epi32(n);
    __m256i half = _mm256_srai_epi32(k, 1);
    __m256i one = _mm256_set1_epi32(127);
    v = _mm256_mul_ps(v, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, one), 23)));
    k = _mm256_sub_epi32(k, half);
    return _mm256_mul_ps(v, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(k, one), 23)));
}
/* The F16 at p as F32. */
INLINE float half_at(const void *p) {
    uint16_t bits;
    memcpy(&bits, p, 2);
    return _cvtsh_ss(bits);
}

INLINE VI vi_load(const void *p) { return _mm256_loadu_si256(p); }
INLINE void vi_store(void *p, VI v) { _mm256_storeu_si256(p, v); }
INLINE void vi_stream(void *p, VI v) { _mm256_stream_si256(p, v); }
INLINE void stream_end(void) { _mm_sfence(); }
INLINE VI vi_all(int32_t x) { return _mm256_set1_epi32(x); }
/* The four bytes at p in all lanes. */
INLINE VI vi_broadcast(const void *p) {
    int32_t x;
    memcpy(&x, p, 4);
    return _mm256_set1_epi32(x);
}
INLINE VI vi_zero(void) { return _mm256_setzero_si256(); }
INLINE VI vi_add(VI a, VI b) { return _mm256_add_epi32(a, b); }
INLINE VI vi_sub(VI a, VI b) { return _mm256_sub_epi32(a, b); }
INLINE VI vi_mul(VI a, VI b) { return _mm256_mullo_epi32(a, b); }
INLINE VI vi_max(VI a, VI b) { return _mm256_max_epi32(a, b); }
INLINE VI vi_and(VI a, VI b) { return _mm256_and_si256(a, b); }
INLINE VI vi_or(VI a, VI b) { return _mm256_or_si256(a, b); }
INLINE VI vi_xor(VI a, VI b) { return _mm256_xor_si256(a, b); }
/* Lanes of 0 … 65535 as 16 bits each. */
INLINE void vi_store_halves(void *p, VI v) {
    v = _mm256_permute4x64_epi64(_mm256_packus_epi32(v, v), 0xD8);
    _mm_storeu_si128(p, _mm256_castsi256_si128(v));
}
/* Shifts by the same count: of 32-bit lanes, logical left and right, arithmetic right. */
INLINE VI vi_left(VI v, int n) { return _mm256_slli_epi32(v, n); }
INLINE VI vi_right(VI v, int n) { return _mm256_srli_epi32(v, n); }
INLINE VI vi_down(VI v, int n) { return _mm256_srai_epi32(v, n); }
#ifdef __AVXVNNI__
#define VNNI
/* As in simd_avx512.h. */
INLINE VI vi_dot_pairs(VI c, VI a, VI b) {
    __asm__("%{vex%} vpdpwssd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));
    return c;
}
INLINE VI vi_dot(VI c, VI w, VI a) {
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(c) : "x"(w), "x"(a));
    return c;
}
INLINE VI vi_add_pairs(VI a, VI b) { return _mm256_add_epi16(a, b); }
#else
/*
 * A sum is made where the source makes it. GCC would put off all but one of a tile's additions to where the sums are used,
 * and store the products meanwhile.
 */
INLINE VI in_place(VI sum) {
    __asm__ volatile("" : "+x"(sum));
    return sum;
}
/* Of pairs of I16 in each lane: the sum of their products added to c. */
INLINE VI vi_dot_pairs(VI c, VI a, VI b) { return in_place(_mm256_add_epi32(c, _mm256_madd_epi16(a, b))); }
/* Products of four unsigned bytes of w and four signed ones of a in each lane, added in pairs to two I16, saturating. */
INLINE VI vi_pairs(VI w, VI a) { return _mm256_maddubs_epi16(w, a); }
/* The same of signed bytes, -127 ... 127 in a. */
INLINE VI vi_pairs_signed(VI w, VI a) { return _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(a, w)); }
/* Pairs of I16 times one. */
INLINE VI vi_times_pairs(VI a, int n) { return _mm256_mullo_epi16(a, _mm256_set1_epi16((short)n)); }
INLINE VI vi_add_pairs(VI a, VI b) { return in_place(_mm256_add_epi16(a, b)); }
#endif
/* For each 16 bytes: those of a table by nibbles, one to a byte. Sums of bytes and odd bytes as I16, for such look-ups. */
INLINE VI vi_lookup(VI table, VI at) { return _mm256_shuffle_epi8(table, at); }
INLINE VI vi_add_bytes(VI a, VI b) { return _mm256_add_epi8(a, b); }
INLINE VI vi_odd_bytes(VI v) { return _mm256_srli_epi16(v, 8); }
/* Two F16 of each lane as F32. */
INLINE void vf_load_pairs(const void *p, VF *even, VF *odd) {
    const __m256i apart = _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15, 0, 1, 4, 5, 8, 9, 12, 13,
                                           2, 3, 6, 7, 10, 11, 14, 15);
    VI x = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(vi_load(p), apart), 0xD8);
    *even = _mm256_cvtph_ps(_mm256_castsi256_si128(x));
    *odd = _mm256_cvtph_ps(_mm256_extracti128_si256(x, 1));
}

#include "simd_bytes.h"

/* 32 values of -128 ... 127, in 32 / LANES vectors, as bytes. */
INLINE VB vb_of_ints(const VI *v) {
    VB bytes = _mm256_packs_epi16(_mm256_packs_epi32(v[0], v[1]), _mm256_packs_epi32(v[2], v[3]));
    return in_order(bytes);
}
/* The largest lane. */
INLINE int32_t vi_max_of(VI v) {
    return max_of_4(_mm_max_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}
