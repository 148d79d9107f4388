/* The peak of dot products of BF16, for AVX-512 with BF16 and for AArch64 with it. */
#define PEAKS_OF_BF16
#ifdef __x86_64__

#include "simd_avx512.h"

#else

#include "simd_neon.h"

INLINE float32x4_t dot_bf16_4(float32x4_t c, float32x4_t a, float32x4_t b) {
    __asm__("bfdot %0.4s, %1.8h, %2.8h" : "+w"(c) : "w"(a), "w"(b));
    return c;
}
INLINE VF dot_bf16(VF c, VF a, VF b) { return EACH3(VF, dot_bf16_4, c, a, b); }

#endif

#include "peaks.h"

/* Two products of BF16 and their sum in each lane of F32. */
EXPORT void tegula_peak_bf16(PEAK_ARGS) {
    MULTIPLY_LOOP(VF, vf_load, vf_store, s[j] = dot_bf16(s[j], a, b))
}
