/* Vector functions with the bits of dev.tegula.kernel.FloatMath. */
#ifndef TEGULA_VMATH_H
#define TEGULA_VMATH_H

/*
 * FloatMath.exp, operation for operation, but that zero below its lower bound comes from a mask: the product that would
 * round to it takes some processors a hundred times as long. NaN passes the upper clamp as its second operand.
 */
INLINE VF vf_exp(VF x) {
    const VF round = vf_all(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer */
    VM low = vf_less(x, vf_all(-104.0f));
    VF c = vf_select(low, vf_zero(), vf_min(vf_all(89.0f), x));
    VF n = vf_sub(vf_fma(c, vf_all(1.44269504f), round), round);
    VF r = vf_fma(n, vf_all(-0.693359375f), c);
    r = vf_fma(n, vf_all(2.12194440e-4f), r);
    VF p = vf_fma(vf_all(0.0013951717410236597f), r, vf_all(0.008369598537683487f));
    p = vf_fma(p, r, vf_all(0.0416661873459816f));
    p = vf_fma(p, r, vf_all(0.16666512191295624f));
    p = vf_fma(p, r, vf_all(0.5f));
    /* The twin takes n from the low bits of the rounded sum; it is the same whole number. */
    VF y = vf_scale(vf_add(vf_fma(p, vf_mul(r, r), r), vf_all(1.0f)), n);
    return vf_select(low, vf_zero(), y);
}

#endif
