package dev.tegula.kernel;

/**
 * The transcendental functions of all engines. Each is written with additions, products, fma, divisions, comparisons and
 * integer shifts only, so that vectors and C give the same bits.
 *
 * <p>Errors are against the exact value, in units of the last place of a normal result; NaN gives NaN.
 */
public final class FloatMath {
    /** Inputs above this give infinity. */
    public static final float EXP_MAX = 89f;
    /** Inputs below this give zero: e^-104 is less than half of the smallest subnormal. */
    public static final float EXP_MIN = -104f;
    /** 1 / ln 2. */
    public static final float LOG2E = 1.44269504f;
    /** Adding this rounds to an integer, ties to even, and leaves it in the low bits: 1.5 · 2^23. */
    public static final float ROUND = 12582912f;
    /** The bits of {@link #ROUND}. */
    public static final int ROUND_BITS = 0x4B400000;
    /** The upper part of ln 2, with enough zero bits that its product with the exponent is exact. */
    public static final float LN2_HIGH = 0.693359375f;
    /** ln 2 less its upper part. */
    public static final float LN2_LOW = -2.12194440e-4f;
    /** Coefficients of (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2, minimax with relative weight. */
    public static final float EXP_C0 = 0.5f;
    public static final float EXP_C1 = 0.16666512191295624f;
    public static final float EXP_C2 = 0.0416661873459816f;
    public static final float EXP_C3 = 0.008369598537683487f;
    public static final float EXP_C4 = 0.0013951717410236597f;
    /** 2 √(2/π) · 0.044715. */
    public static final float GELU_CUBE = 0.071354814f;
    /** 2 √(2/π). */
    public static final float GELU_LINEAR = 1.5957692f;

    /** Coefficients of (tanh a − a) / a³ in powers of a². */
    public static final float TANH_C0 = -0.3333328366279602f;
    public static final float TANH_C1 = 0.13331493735313416f;
    public static final float TANH_C2 = -0.05374366044998169f;
    public static final float TANH_C3 = 0.020651044324040413f;
    public static final float TANH_C4 = -0.005717496853321791f;
    /** Below this the polynomial is used, above it the exponential, whose cancellation is small by then. */
    public static final float TANH_SMALL = 0.625f;

    /** Half way between the largest subnormal in 24 bits and the least normal number; a tie goes to the latter. */
    private static final double ROUNDS_TO_NORMAL = Float.MIN_NORMAL * (1 - 0x1p-25);

    private FloatMath() {}

    /**
     * a · b + c with one rounding to nearest even, subnormal inputs and results taken as zeros of their sign. A result is
     * subnormal when, rounded to 24 bits with an exponent of any size, it is below the least normal number, as on x86 CPUs that
     * flush to zero.
     */
    public static float flushingFma(float a, float b, float c) {
        float x = flush(a);
        float y = flush(b);
        float z = flush(c);
        float sum = Math.fma(x, y, z);
        if (Math.abs(sum) == Float.MIN_NORMAL) {
            // Rounded up to a normal number; with 24 bits below it, it may have stayed under it.
            double wide = Math.fma((double) x, (double) y, (double) z);
            return Math.abs(wide) < ROUNDS_TO_NORMAL ? Math.copySign(0f, sum) : sum;
        }
        return flush(sum);
    }

    private static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0f, x) : x;
    }

    /** e^x: at most 1 ulp off; subnormal results are rounded, not flushed. */
    public static float exp(float x) {
        float c = x > EXP_MAX ? EXP_MAX : x;
        c = c < EXP_MIN ? EXP_MIN : c;
        float t = Math.fma(c, LOG2E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_HIGH, c);
        r = Math.fma(n, -LN2_LOW, r);
        float p = Math.fma(EXP_C4, r, EXP_C3);
        p = Math.fma(p, r, EXP_C2);
        p = Math.fma(p, r, EXP_C1);
        p = Math.fma(p, r, EXP_C0);
        float y = Math.fma(p, r * r, r) + 1f;
        // 2^k in two factors, since neither 2^128 nor 2^-150 is a normal float.
        int k = Float.floatToRawIntBits(t) - ROUND_BITS;
        int half = k >> 1;
        y *= Float.intBitsToFloat(half + 127 << 23);
        return y * Float.intBitsToFloat(k - half + 127 << 23);
    }

    /** tanh x: at most 2 ulp off. */
    public static float tanh(float x) {
        float a = Math.abs(x);
        if (a < TANH_SMALL) {
            float u = a * a;
            float p = Math.fma(TANH_C4, u, TANH_C3);
            p = Math.fma(p, u, TANH_C2);
            p = Math.fma(p, u, TANH_C1);
            p = Math.fma(p, u, TANH_C0);
            return Math.copySign(Math.fma(p * u, a, a), x);
        }
        return Math.copySign(1f - 2f / (exp(2f * a) + 1f), x);
    }

    /** x / (1 + e^-x), through e^-|x| so that nothing overflows: at most 3 ulp off. Minus infinity gives NaN. */
    public static float silu(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0f ? x * e : x) / (1f + e);
    }

    /**
     * {@link Activation#GELU}, as x / (1 + e^-z) with z = 2 √(2/π) (x + 0.044715 x³), the same function without the
     * cancellation of 1 + tanh: at most 4 ulp off for x ≥ −1 and a relative error of at most 2 |z| 2^-24 more below.
     * Minus infinity gives NaN.
     */
    public static float gelu(float x) {
        float z = x * Math.fma(x * x, GELU_CUBE, GELU_LINEAR);
        float e = exp(-Math.abs(z));
        return (x < 0f ? x * e : x) / (1f + e);
    }

    /** max(x, 0)². */
    public static float relu2(float x) {
        float r = x <= 0f ? 0f : x;
        return r * r;
    }

    /** The function of a gate. */
    public static float apply(Activation activation, float x) {
        return switch (activation) {
            case SILU -> silu(x);
            case GELU -> gelu(x);
            case RELU2 -> relu2(x);
        };
    }
}
