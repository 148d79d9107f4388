/* Vectors of 512 bits: AVX-512 F, BW, DQ, VL and VNNI. Names as in simd_avx2.h. */
#include <immintrin.h>

#include "tegula.h"

#define LANES 16
#define REGISTERS 32
#define VNNI

typedef __m512 VF;
typedef __m512i VI;
typedef __mmask16 VM;

INLINE VF vf_load(const void *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(void *p, VF v) { _mm512_storeu_ps(p, v); }
INLINE VF vf_all(float x) { return _mm512_set1_ps(x); }
INLINE VF vf_broadcast(const void *p) {
    float x;
    memcpy(&x, p, 4);
    return _mm512_set1_ps(x);
}
INLINE VF vf_zero(void) { return _mm512_setzero_ps(); }
INLINE VF vf_add(VF a, VF b) { return _mm512_add_ps(a, b); }
INLINE VF vf_sub(VF a, VF b) { return _mm512_sub_ps(a, b); }
INLINE VF vf_mul(VF a, VF b) { return _mm512_mul_ps(a, b); }
INLINE VF vf_div(VF a, VF b) { return _mm512_div_ps(a, b); }
INLINE VF vf_fma(VF a, VF b, VF c) { return _mm512_fmadd_ps(a, b, c); }
#ifdef BF16_DOT
/* Two products of BF16 in each lane. In assembler, so that the compiler does not use such instructions on its own. */
INLINE VF dot_bf16(VF c, VF a, VF b) {
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
    return c;
}
#endif
INLINE VF vf_load_half(const void *p) { return _mm512_cvtph_ps(_mm256_loadu_si256(p)); }
INLINE VF vf_load_bf16(const void *p) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(p)), 16));
}
INLINE VF vf_load_bytes(const void *p) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(p))); }
INLINE void vf_store_half(void *p, VF v) { _mm256_storeu_si256(p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT)); }
INLINE VF vf_of_int(VI v) { return _mm512_cvtepi32_ps(v); }
INLINE VF vf_of_bits(VI v) { return _mm512_castsi512_ps(v); }
INLINE VI vi_of_bits(VF v) { return _mm512_castps_si512(v); }
INLINE VF vf_max(VF a, VF b) { return _mm512_max_ps(a, b); }
INLINE VM vf_less(VF a, VF b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
INLINE VF vf_select(VM m, VF yes, VF no) { return _mm512_mask_blend_ps(m, no, yes); }

INLINE VF vf_min(VF a, VF b) { return _mm512_min_ps(a, b); }
INLINE VM vf_nan(VF v) { return _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q); }
INLINE VM vm_broadcast(const void *p) {
    VM m;
    memcpy(&m, p, 2);
    return m;
}
INLINE VF vf_fma_where(VM m, VF a, VF b, VF c) { return _mm512_mask3_fmadd_ps(a, b, c, m); }
INLINE float vf_largest(VF v) {
    __m256 y = _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 x = _mm_max_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
    x = _mm_max_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
INLINE float vf_fold(VF v) {
    __m256 y = _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
    __m128 x = _mm_add_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
    x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
INLINE VF vf_scale(VF v, VF n) { return _mm512_scalef_ps(v, n); }
INLINE float half_at(const void *p) {
    uint16_t bits;
    memcpy(&bits, p, 2);
    return _cvtsh_ss(bits);
}

INLINE VI vi_load(const void *p) { return _mm512_loadu_si512(p); }
INLINE void vi_store(void *p, VI v) { _mm512_storeu_si512(p, v); }
/* Past the caches, at a multiple of 64 bytes; stream_end before others may read it. */
INLINE void vi_stream(void *p, VI v) { _mm512_stream_si512(p, v); }
INLINE void stream_end(void) { _mm_sfence(); }
INLINE VI vi_all(int32_t x) { return _mm512_set1_epi32(x); }
INLINE VI vi_broadcast(const void *p) {
    int32_t x;
    memcpy(&x, p, 4);
    return _mm512_set1_epi32(x);
}
INLINE VI vi_zero(void) { return _mm512_setzero_si512(); }
INLINE VI vi_add(VI a, VI b) { return _mm512_add_epi32(a, b); }
INLINE VI vi_sub(VI a, VI b) { return _mm512_sub_epi32(a, b); }
INLINE VI vi_mul(VI a, VI b) { return _mm512_mullo_epi32(a, b); }
INLINE VI vi_max(VI a, VI b) { return _mm512_max_epi32(a, b); }
INLINE VI vi_and(VI a, VI b) { return _mm512_and_si512(a, b); }
INLINE VI vi_or(VI a, VI b) { return _mm512_or_si512(a, b); }
INLINE VI vi_xor(VI a, VI b) { return _mm512_xor_si512(a, b); }
INLINE void vi_store_halves(void *p, VI v) { _mm256_storeu_si256(p, _mm512_cvtepi32_epi16(v)); }
INLINE VI vi_left(VI v, int n) { return _mm512_slli_epi32(v, n); }
INLINE VI vi_right(VI v, int n) { return _mm512_srli_epi32(v, n); }
INLINE VI vi_down(VI v, int n) { return _mm512_srai_epi32(v, n); }
/* As assembly, since GCC copies the sums to other registers and back around the intrinsics in loops. */
INLINE VI vi_dot_pairs(VI c, VI a, VI b) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
    return c;
}
/* Products of four unsigned bytes of w and four signed ones of a in each lane, added to c. */
INLINE VI vi_dot(VI c, VI w, VI a) {
    __asm__("vpdpbusd %2, %1, %0" : "+v"(c) : "v"(w), "v"(a));
    return c;
}
/* As in simd_avx2.h. */
INLINE VI vi_lookup(VI table, VI at) { return _mm512_shuffle_epi8(table, at); }
INLINE VI vi_add_bytes(VI a, VI b) { return _mm512_add_epi8(a, b); }
INLINE VI vi_add_pairs(VI a, VI b) { return _mm512_add_epi16(a, b); }
INLINE VI vi_odd_bytes(VI v) { return _mm512_srli_epi16(v, 8); }
/* Two F16 of each lane as F32. */
INLINE void vf_load_pairs(const void *p, VF *even, VF *odd) {
    VI x = vi_load(p);
    *even = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(x));
    *odd = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(x, 16)));
}

#include "simd_bytes.h"

INLINE VB vb_of_ints(const VI *v) {
    __m512i words = _mm512_packs_epi32(v[0], v[1]); /* fours of v[0] and v[1] in turn */
    __m256i low = _mm512_castsi512_si256(words);
    __m256i high = _mm512_extracti64x4_epi64(words, 1);
    /* Fours 0 4 1 5 and 2 6 3 7 become bytes 0 4 2 6 1 5 3 7. */
    return _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), _mm256_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7));
}
INLINE int32_t vi_max_of(VI v) {
    __m256i m = _mm256_max_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    return max_of_4(_mm_max_epi32(_mm256_castsi256_si128(m), _mm256_extracti128_si256(m, 1)));
}
