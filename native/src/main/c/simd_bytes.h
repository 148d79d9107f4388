/* Vectors of 32 bytes, the same for AVX2 and AVX-512; included by the simd_*.h of both. */
typedef __m256i VB;

/* F32 rounded to F16, ties to even. */
INLINE uint16_t half_of(float x) {
    return (uint16_t)_cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT);
}

/* Packing and adding neighbours keep to halves of 128 bits: they leave fours of bytes, or sums, as 0 2 4 6 1 3 5 7. */
INLINE __m256i in_order(__m256i v) {
    return _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

INLINE int32_t max_of_4(__m128i m) {
    m = _mm_max_epi32(m, _mm_shuffle_epi32(m, 0x4e));
    return _mm_cvtsi128_si32(_mm_max_epi32(m, _mm_shuffle_epi32(m, 0xb1)));
}

/* Signed bytes summed by fours. */
INLINE __m256i sums_of_4(VB v) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), v), _mm256_set1_epi16(1));
}

INLINE void vb_store(void *p, VB v) { _mm256_storeu_si256(p, v); }

/* The sum of 32 signed bytes. */
INLINE int32_t vb_sum(VB v) {
    __m256i fours = sums_of_4(v);
    __m128i m = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1));
    m = _mm_add_epi32(m, _mm_shuffle_epi32(m, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(m, _mm_shuffle_epi32(m, 0xb1)));
}

/* The sums of each 16 of 128 signed bytes, eight I32 at p. */
INLINE void vb_store_sums(void *p, const VB *v) {
    __m256i low = _mm256_hadd_epi32(sums_of_4(v[0]), sums_of_4(v[1]));
    __m256i high = _mm256_hadd_epi32(sums_of_4(v[2]), sums_of_4(v[3]));
    _mm256_storeu_si256(p, in_order(_mm256_hadd_epi32(low, high)));
}
