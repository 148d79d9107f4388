/*
 * Vectors of 256 bits as two of NEON's: AArch64 with the dot products of bytes (Armv8.2 and later). Names as in
 * simd_avx2.h; eight lanes, since a panel is two vectors and no less than a group of 16 rows.
 */
#include <arm_neon.h>

#include "tegula.h"

#define LANES 8
#define REGISTERS 16 /* pairs of 32 */
#define VNNI
/* vi_dot multiplies signed by signed bytes. */
#define SIGNED_DOT

typedef struct {
    float32x4_t lo, hi;
} VF;
typedef struct {
    int32x4_t lo, hi;
} VI;
typedef struct {
    uint32x4_t lo, hi;
} VM;

/* f of both halves. */
#define EACH1(T, f, v) ((T){f((v).lo), f((v).hi)})
#define EACH2(T, f, a, b) ((T){f((a).lo, (b).lo), f((a).hi, (b).hi)})
#define EACH3(T, f, a, b, c) ((T){f((a).lo, (b).lo, (c).lo), f((a).hi, (b).hi, (c).hi)})

INLINE VF vf_load(const void *p) { return (VF){vld1q_f32(p), vld1q_f32((const float *)p + 4)}; }
INLINE void vf_store(void *p, VF v) {
    vst1q_f32(p, v.lo);
    vst1q_f32((float *)p + 4, v.hi);
}
INLINE VF vf_all(float x) { return (VF){vdupq_n_f32(x), vdupq_n_f32(x)}; }
INLINE VF vf_broadcast(const void *p) { return vf_all(*(const float *)p); }
INLINE VF vf_zero(void) { return vf_all(0.0f); }
INLINE VF vf_add(VF a, VF b) { return EACH2(VF, vaddq_f32, a, b); }
INLINE VF vf_sub(VF a, VF b) { return EACH2(VF, vsubq_f32, a, b); }
INLINE VF vf_mul(VF a, VF b) { return EACH2(VF, vmulq_f32, a, b); }
INLINE VF vf_div(VF a, VF b) { return EACH2(VF, vdivq_f32, a, b); }
INLINE VF vf_fma(VF a, VF b, VF c) { return EACH3(VF, vfmaq_f32, c, a, b); }
INLINE VF vf_of_halves(uint16x8_t h) {
    float16x8_t v = vreinterpretq_f16_u16(h);
    return (VF){vcvt_f32_f16(vget_low_f16(v)), vcvt_high_f32_f16(v)};
}
INLINE VF vf_load_half(const void *p) { return vf_of_halves(vld1q_u16(p)); }
INLINE VF vf_load_bf16(const void *p) {
    uint16x8_t x = vld1q_u16(p);
    return (VF){vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(x), 16)),
                vreinterpretq_f32_u32(vshll_high_n_u16(x, 16))};
}
INLINE VF vf_load_bytes(const void *p) {
    int16x8_t x = vmovl_s8(vld1_s8(p));
    return (VF){vcvtq_f32_s32(vmovl_s16(vget_low_s16(x))), vcvtq_f32_s32(vmovl_high_s16(x))};
}
INLINE void vf_store_half(void *p, VF v) {
    vst1q_u16(p, vreinterpretq_u16_f16(vcvt_high_f16_f32(vcvt_f16_f32(v.lo), v.hi)));
}
INLINE VF vf_of_int(VI v) { return EACH1(VF, vcvtq_f32_s32, v); }
INLINE VF vf_of_bits(VI v) { return EACH1(VF, vreinterpretq_f32_s32, v); }
INLINE VI vi_of_bits(VF v) { return EACH1(VI, vreinterpretq_s32_f32, v); }
INLINE VM vf_less(VF a, VF b) { return EACH2(VM, vcltq_f32, a, b); }
INLINE VF vf_select(VM m, VF yes, VF no) { return EACH3(VF, vbslq_f32, m, yes, no); }
/* Not NEON's own, which give NaN where one takes part. */
INLINE VF vf_max(VF a, VF b) { return vf_select(vf_less(b, a), a, b); }
INLINE VF vf_min(VF a, VF b) { return vf_select(vf_less(a, b), a, b); }
INLINE uint32x4_t nan4(float32x4_t v) { return vmvnq_u32(vceqq_f32(v, v)); }
INLINE VM vf_nan(VF v) { return EACH1(VM, nan4, v); }
INLINE VM vm_broadcast(const void *p) {
    uint32x4_t m = vld1q_dup_u32(p);
    return (VM){m, m};
}
INLINE VF vf_fma_where(VM m, VF a, VF b, VF c) { return vf_select(m, vf_fma(a, b, c), c); }
INLINE float vf_largest(VF v) { return vmaxvq_f32(vmaxq_f32(v.lo, v.hi)); }
INLINE float vf_fold(VF v) {
    float32x4_t x = vaddq_f32(v.lo, v.hi);
    return vpadds_f32(vadd_f32(vget_low_f32(x), vget_high_f32(x)));
}
/* v 2^n for v next to 1, in two factors, as in simd_avx2.h. */
INLINE float32x4_t scale4(float32x4_t v, float32x4_t n) {
    int32x4_t k = vcvtnq_s32_f32(n);
    int32x4_t half = vshrq_n_s32(k, 1);
    int32x4_t one = vdupq_n_s32(127);
    v = vmulq_f32(v, vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(half, one), 23)));
    k = vsubq_s32(k, half);
    return vmulq_f32(v, vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(k, one), 23)));
}
INLINE VF vf_scale(VF v, VF n) { return EACH2(VF, scale4, v, n); }
INLINE float half_at(const void *p) {
    __fp16 x;
    memcpy(&x, p, 2);
    return x;
}
INLINE uint16_t half_of(float x) {
    __fp16 half = (__fp16)x;
    uint16_t bits;
    memcpy(&bits, &half, 2);
    return bits;
}

INLINE VI vi_load(const void *p) { return (VI){vld1q_s32(p), vld1q_s32((const int32_t *)p + 4)}; }
INLINE void vi_store(void *p, VI v) {
    vst1q_s32(p, v.lo);
    vst1q_s32((int32_t *)p + 4, v.hi);
}
INLINE void vi_stream(void *p, VI v) {
    __asm__ volatile("stnp %q1, %q2, [%0]" : : "r"(p), "w"(v.lo), "w"(v.hi) : "memory");
}
INLINE void stream_end(void) {}
INLINE VI vi_all(int32_t x) { return (VI){vdupq_n_s32(x), vdupq_n_s32(x)}; }
INLINE VI vi_broadcast(const void *p) {
    int32x4_t x = vld1q_dup_s32(p);
    return (VI){x, x};
}
INLINE VI vi_zero(void) { return vi_all(0); }
INLINE VI vi_add(VI a, VI b) { return EACH2(VI, vaddq_s32, a, b); }
INLINE VI vi_sub(VI a, VI b) { return EACH2(VI, vsubq_s32, a, b); }
INLINE VI vi_mul(VI a, VI b) { return EACH2(VI, vmulq_s32, a, b); }
INLINE VI vi_max(VI a, VI b) { return EACH2(VI, vmaxq_s32, a, b); }
INLINE VI vi_and(VI a, VI b) { return EACH2(VI, vandq_s32, a, b); }
INLINE VI vi_or(VI a, VI b) { return EACH2(VI, vorrq_s32, a, b); }
INLINE VI vi_xor(VI a, VI b) { return EACH2(VI, veorq_s32, a, b); }
INLINE void vi_store_halves(void *p, VI v) {
    vst1q_u16(p, vuzp1q_u16(vreinterpretq_u16_s32(v.lo), vreinterpretq_u16_s32(v.hi)));
}
INLINE VI vi_left(VI v, int n) { return (VI){v.lo << n, v.hi << n}; }
INLINE VI vi_right(VI v, int n) {
    return (VI){(int32x4_t)((uint32x4_t)v.lo >> n), (int32x4_t)((uint32x4_t)v.hi >> n)};
}
INLINE VI vi_down(VI v, int n) { return (VI){v.lo >> n, v.hi >> n}; }
/* There is no instruction for this one. */
INLINE int32x4_t dot_pairs4(int32x4_t c, int32x4_t a, int32x4_t b) {
    int16x8_t x = vreinterpretq_s16_s32(a);
    int16x8_t y = vreinterpretq_s16_s32(b);
    return vaddq_s32(c, vpaddq_s32(vmull_s16(vget_low_s16(x), vget_low_s16(y)), vmull_high_s16(x, y)));
}
INLINE VI vi_dot_pairs(VI c, VI a, VI b) { return EACH3(VI, dot_pairs4, c, a, b); }
INLINE int32x4_t dot4(int32x4_t c, int32x4_t w, int32x4_t a) {
    return vdotq_s32(c, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(a));
}
/* Products of four signed bytes of w and of a in each lane, added to c. */
INLINE VI vi_dot(VI c, VI w, VI a) { return EACH3(VI, dot4, c, w, a); }
#ifdef __ARM_FEATURE_MATMUL_INT8
#define MATRIX_DOT
/* The sums of two rows of activations, lane by lane, to the order in which vi_dot_matrix adds to them, and back. */
INLINE void vi_together(VI *c, VI *d) {
    VI first = {vzip1q_s32(c->lo, d->lo), vzip2q_s32(c->lo, d->lo)};
    *d = (VI){vzip1q_s32(c->hi, d->hi), vzip2q_s32(c->hi, d->hi)};
    *c = first;
}
INLINE void vi_apart(VI *c, VI *d) {
    VI first = {vuzp1q_s32(c->lo, c->hi), vuzp1q_s32(d->lo, d->hi)};
    *d = (VI){vuzp2q_s32(c->lo, c->hi), vuzp2q_s32(d->lo, d->hi)};
    *c = first;
}
/* Eight signed bytes of each of two rows of weights, times eight of each of two rows of activations. */
INLINE int32x4_t matrix4(int32x4_t sums, int32x4_t w, int8x16_t x) {
    return vmmlaq_s32(sums, vreinterpretq_s8_s32(w), x);
}
/* Products of four bytes of w and then of t in each lane and eight at a, and of the same and eight at b, added. */
INLINE void vi_dot_matrix(VI *c, VI *d, VI w, VI t, const int8_t *a, const int8_t *b) {
    int8x16_t x = vcombine_s8(vld1_s8(a), vld1_s8(b));
    c->lo = matrix4(c->lo, vzip1q_s32(w.lo, t.lo), x);
    c->hi = matrix4(c->hi, vzip2q_s32(w.lo, t.lo), x);
    d->lo = matrix4(d->lo, vzip1q_s32(w.hi, t.hi), x);
    d->hi = matrix4(d->hi, vzip2q_s32(w.hi, t.hi), x);
}
#endif
INLINE int32x4_t lookup4(int32x4_t table, int32x4_t at) {
    return vreinterpretq_s32_u8(vqtbl1q_u8(vreinterpretq_u8_s32(table), vreinterpretq_u8_s32(at)));
}
INLINE int32x4_t add_bytes4(int32x4_t a, int32x4_t b) { return (int32x4_t)((int8x16_t)a + (int8x16_t)b); }
INLINE int32x4_t add_pairs4(int32x4_t a, int32x4_t b) { return (int32x4_t)((int16x8_t)a + (int16x8_t)b); }
INLINE int32x4_t odd_bytes4(int32x4_t v) { return (int32x4_t)((uint16x8_t)v >> 8); }
INLINE VI vi_lookup(VI table, VI at) { return EACH2(VI, lookup4, table, at); }
INLINE VI vi_add_bytes(VI a, VI b) { return EACH2(VI, add_bytes4, a, b); }
INLINE VI vi_add_pairs(VI a, VI b) { return EACH2(VI, add_pairs4, a, b); }
INLINE VI vi_odd_bytes(VI v) { return EACH1(VI, odd_bytes4, v); }
INLINE void vf_load_pairs(const void *p, VF *even, VF *odd) {
    uint16x8_t x = vld1q_u16(p);
    uint16x8_t y = vld1q_u16((const uint16_t *)p + 8);
    *even = vf_of_halves(vuzp1q_u16(x, y));
    *odd = vf_of_halves(vuzp2q_u16(x, y));
}

/* Vectors of 32 bytes. */
typedef struct {
    int8x16_t lo, hi;
} VB;

INLINE void vb_store(void *p, VB v) {
    vst1q_s8(p, v.lo);
    vst1q_s8((int8_t *)p + 16, v.hi);
}
INLINE int32_t vb_sum(VB v) { return vaddlvq_s8(v.lo) + vaddlvq_s8(v.hi); }
/* Signed bytes summed by fours. */
INLINE int32x4_t sums_of_4(int8x16_t v) { return vpaddlq_s16(vpaddlq_s8(v)); }
INLINE int32x4_t sums_of_16(VB v, VB w) {
    return vpaddq_s32(vpaddq_s32(sums_of_4(v.lo), sums_of_4(v.hi)), vpaddq_s32(sums_of_4(w.lo), sums_of_4(w.hi)));
}
INLINE void vb_store_sums(void *p, const VB *v) {
    vi_store(p, (VI){sums_of_16(v[0], v[1]), sums_of_16(v[2], v[3])});
}
INLINE int8x16_t bytes_of_ints(VI v, VI w) {
    int16x8_t x = vuzp1q_s16(vreinterpretq_s16_s32(v.lo), vreinterpretq_s16_s32(v.hi));
    int16x8_t y = vuzp1q_s16(vreinterpretq_s16_s32(w.lo), vreinterpretq_s16_s32(w.hi));
    return vuzp1q_s8(vreinterpretq_s8_s16(x), vreinterpretq_s8_s16(y));
}
INLINE VB vb_of_ints(const VI *v) { return (VB){bytes_of_ints(v[0], v[1]), bytes_of_ints(v[2], v[3])}; }
INLINE int32_t vi_max_of(VI v) { return vmaxvq_s32(vmaxq_s32(v.lo, v.hi)); }
