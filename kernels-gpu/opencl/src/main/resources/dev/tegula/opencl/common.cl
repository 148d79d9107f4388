// What all kernels share. The launcher defines LANES, the elements that a work-item computes side by side (16 on CPUs, a
// vector of theirs; else 1), and ITEMS, the work-items of a group that share a row (1 on CPUs, which have no use for more).
// Every function follows its scalar twin operation by operation, so that results are the same bits.
#pragma OPENCL FP_CONTRACT OFF

#define UNROLL _Pragma("unroll")

#if LANES == 16
typedef float16 F;
typedef int16 I;
#define TO_F(x) convert_float16(x)
#define AS_F(x) as_float16(x)
#define AS_I(x) as_int16(x)
#else
typedef float F;
typedef int I;
#define TO_F(x) convert_float(x)
#define AS_F(x) as_float(x)
#define AS_I(x) as_int(x)
#endif

// A group of one work-item has nobody to wait for.
#if ITEMS == 1
#define SHARED private
#define MEET
#define ITEM 0
#else
#define SHARED local
#define MEET barrier(CLK_LOCAL_MEM_FENCE)
#define ITEM ((int)get_local_id(0))
#endif

#define INFINITE 0x7F800000
#define NO_NUMBER as_float(0x7FC00000)

// Memory of an operand: a buffer and a byte offset in it.
#define AT(type, buffer, offset) ((global type *)((global char *)(buffer) + (offset)))

// Adding it rounds to an integer, ties to even, and leaves that in the low bits: 1.5 * 2^23.
#define ROUND 12582912.0f
#define ROUND_BITS 0x4B400000

float exp_of(float x) {
    float c = x > 89.0f ? 89.0f : x;
    c = c < -104.0f ? -104.0f : c;
    float t = fma(c, 1.44269504f, ROUND);
    float n = t - ROUND;
    float r = fma(n, -0.693359375f, c);
    r = fma(n, 2.12194440e-4f, r);
    float p = fma(0.0013951717410236597f, r, 0.008369598537683487f);
    p = fma(p, r, 0.0416661873459816f);
    p = fma(p, r, 0.16666512191295624f);
    p = fma(p, r, 0.5f);
    float y = fma(p, r * r, r) + 1.0f;
    int k = (int)((uint)as_int(t) - (uint)ROUND_BITS);
    int first = k >> 1;
    y *= as_float((uint)(first + 127) << 23);
    return y * as_float((uint)(k - first + 127) << 23);
}

float tanh_of(float x) {
    float a = fabs(x);
    if (a < 0.625f) {
        float u = a * a;
        float p = fma(-0.005717496853321791f, u, 0.020651044324040413f);
        p = fma(p, u, -0.05374366044998169f);
        p = fma(p, u, 0.13331493735313416f);
        p = fma(p, u, -0.3333328366279602f);
        return copysign(fma(p * u, a, a), x);
    }
    return copysign(1.0f - 2.0f / (exp_of(2.0f * a) + 1.0f), x);
}

float sigmoid_product(float x, float z) {
    float e = exp_of(-fabs(z));
    return (x < 0.0f ? x * e : x) / (1.0f + e);
}

#define SILU 0
#define GELU 1
#define RELU2 2

float activate(int activation, float x) {
    if (activation == SILU) {
        return sigmoid_product(x, x);
    }
    if (activation == GELU) {
        return sigmoid_product(x, x * fma(x * x, 0.071354814f, 1.5957692f));
    }
    float r = x <= 0.0f ? 0.0f : x;
    return r * r;
}

// Bits of an F16, those above it ignored, to F32, exactly.
F half_value(I bits) {
#if LANES == 16
    // A product that is never rounded moves the exponent.
    I wide = (bits & 0x7FFF) << 13;
    I value = AS_I(AS_F(wide) * 0x1p112f);
    I magnitude = wide >= 0x0F800000 ? wide | INFINITE : value;
    return AS_F(magnitude | (bits & 0x8000) << 16);
#else
    ushort half_ = (ushort)bits;
    return vload_half(0, (const private half *)&half_);
#endif
}
