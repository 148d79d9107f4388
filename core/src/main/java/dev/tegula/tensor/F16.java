package dev.tegula.tensor;

/** Conversions between F32 and F16 (IEEE 754 binary16), held in the bits of a {@code short}. */
public final class F16 {

    /** The largest finite value, 65504. */
    public static final float MAX_VALUE = 65504f;
    /** The smallest positive normal value, 2<sup>-14</sup>. */
    public static final float MIN_NORMAL = 0x1p-14f;
    /** The smallest positive (subnormal) value, 2<sup>-24</sup>. */
    public static final float MIN_VALUE = 0x1p-24f;

    private F16() {}

    /** The value of the given bits; exact. Subnormals, infinities, NaN and the sign of zero are kept. */
    public static float toF32(short bits) {
        return Float.float16ToFloat(bits);
    }

    /** The nearest F16, ties to even; beyond the range an infinity; NaN stays NaN. */
    public static short ofF32(float value) {
        return Float.floatToFloat16(value);
    }
}
