package dev.tegula.tensor;

/** Conversions between F32 and BF16 (the upper half of an F32), held in the bits of a {@code short}. */
public final class Bf16 {

    private static final int QUIET = 0x40;

    private Bf16() {}

    /** The value of the given bits; exact. Subnormals, infinities, NaN and the sign of zero are kept. */
    public static float toF32(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest BF16, ties to even; beyond the range an infinity; NaN stays NaN, made quiet, with its sign. */
    public static short ofF32(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Rounding could carry a NaN's payload into the exponent and the sign.
            return (short) (bits >>> 16 | QUIET);
        }
        int half = 0x7FFF + (bits >>> 16 & 1);
        return (short) (bits + half >>> 16);
    }
}
