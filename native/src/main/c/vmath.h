/* Vector functions with the bits of dev.tegula.kernel.FloatMath. */
#ifndef TEGULA_VMATH_H
#define TEGULA_VMATH_H

/*
 * FloatMath.exp of x <= 89 or NaN, operation for operation, but that zero below its lower bound comes from a mask: the
 * product that would round to it takes some processors a hundred times as long. Of N vectors side by side, since each
 * alone is a chain of operations that wait for each other.
 */
INLINE void vf_exp_below(const int N, VF *x) {
    const VF round = vf_all(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
    VM low[4];
    VF n[4], p[4];
    UNROLL for (int i = 0; i < N; i++) {
        low[i] = vf_less(x[i], vf_all(-104.0f));
        x[i] = vf_select(low[i], vf_zero(), x[i]);
    }
    UNROLL for (int i = 0; i < N; i++) {
        n[i] = vf_fma(x[i], vf_all(1.44269504f), round);
    }
    UNROLL for (int i = 0; i < N; i++) {
        n[i] = vf_sub(n[i], round); /* the twin takes it from the low bits of the sum; it is the same whole number */
    }
    UNROLL for (int i = 0; i < N; i++) {
        x[i] = vf_fma(n[i], vf_all(-0.693359375f), x[i]);
    }
    UNROLL for (int i = 0; i < N; i++) {
        x[i] = vf_fma(n[i], vf_all(2.12194440e-4f), x[i]);
    }
    UNROLL for (int i = 0; i < N; i++) {
        p[i] = vf_fma(vf_all(0.0013951717410236597f), x[i], vf_all(0.008369598537683487f));
    }
    UNROLL for (int i = 0; i < N; i++) {
        p[i] = vf_fma(p[i], x[i], vf_all(0.0416661873459816f));
    }
    UNROLL for (int i = 0; i < N; i++) {
        p[i] = vf_fma(p[i], x[i], vf_all(0.16666512191295624f));
    }
    UNROLL for (int i = 0; i < N; i++) {
        p[i] = vf_fma(p[i], x[i], vf_all(0.5f));
    }
    UNROLL for (int i = 0; i < N; i++) {
        p[i] = vf_add(vf_fma(p[i], vf_mul(x[i], x[i]), x[i]), vf_all(1.0f));
    }
    UNROLL for (int i = 0; i < N; i++) {
        x[i] = vf_select(low[i], vf_zero(), vf_scale(p[i], n[i]));
    }
}

/* FloatMath.exp; NaN passes the upper clamp as its second operand. */
INLINE VF vf_exp(VF x) {
    x = vf_min(vf_all(89.0f), x);
    vf_exp_below(1, &x);
    return x;
}

/* FloatMath.tanh: both of its branches, of which each lane takes its own. */
INLINE VF vf_tanh(VF x) {
    VF a = vf_of_bits(vi_and(vi_of_bits(x), vi_all(0x7fffffff)));
    VF e = vf_exp(vf_mul(vf_all(2.0f), a));
    VF large = vf_sub(vf_all(1.0f), vf_div(vf_all(2.0f), vf_add(e, vf_all(1.0f))));
    VF u = vf_mul(a, a);
    VF p = vf_fma(vf_all(-0.005717496853321791f), u, vf_all(0.020651044324040413f));
    p = vf_fma(p, u, vf_all(-0.05374366044998169f));
    p = vf_fma(p, u, vf_all(0.13331493735313416f));
    p = vf_fma(p, u, vf_all(-0.3333328366279602f));
    VF y = vf_select(vf_less(a, vf_all(0.625f)), vf_fma(vf_mul(p, u), a, a), large);
    return vf_of_bits(vi_or(vi_of_bits(y), vi_and(vi_of_bits(x), vi_all(INT32_MIN))));
}

#endif
