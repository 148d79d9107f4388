package dev.tegula.tensor;

/**
 * Floating-point numbers of 4 and 8 bits: a sign, an exponent, a mantissa; subnormals where the exponent is 0.
 *
 * @see <a href="https://www.opencompute.org/documents/ocp-8-bit-floating-point-specification-ofp8-revision-1-0-2023-12-01-pdf-1">OCP
 *     8-bit Floating Point Specification</a> and its Microscaling Formats Specification for E2M1
 */
public enum SmallFloat {
    /** 0, 0.5, 1, 1.5, 2, 3, 4, 6 of either sign, no infinities and no NaN. */
    E2M1(2, 1, 6f),
    /** Up to 448; no infinities, NaN where all bits but the sign are set. */
    E4M3(4, 3, 448f),
    /** The upper byte of an F16: up to 57344, with infinities and NaN. */
    E5M2(5, 2, 57344f);

    private final int mantissaBits;
    private final int bits;
    private final int bias;
    private final float largest;

    SmallFloat(int exponentBits, int mantissaBits, float largest) {
        this.mantissaBits = mantissaBits;
        this.bits = 1 + exponentBits + mantissaBits;
        this.bias = (1 << exponentBits - 1) - 1;
        this.largest = largest;
    }

    /** Bits of a number, its sign included. */
    public int bits() {
        return bits;
    }

    /** The largest finite number. */
    public float largest() {
        return largest;
    }

    /** The number of a code, exact; bits above {@link #bits()} do not count. */
    public float toF32(int code) {
        int magnitude = code & (1 << bits - 1) - 1;
        int exponent = magnitude >> mantissaBits;
        int mantissa = magnitude & (1 << mantissaBits) - 1;
        float value = exponent == 0
                ? Math.scalb((float) mantissa, 1 - bias - mantissaBits)
                : Math.scalb((float) (mantissa | 1 << mantissaBits), exponent - bias - mantissaBits);
        if (value > largest) {
            value = this == E5M2 && mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        }
        return (code >> bits - 1 & 1) == 0 ? value : -value;
    }

    /**
     * The code of the nearest number, ties to the even code; numbers beyond the range, infinities too, become the largest
     * finite one with their sign.
     *
     * @throws IllegalArgumentException for NaN where the format has none
     */
    public int ofF32(float value) {
        int sign = Float.floatToRawIntBits(value) < 0 ? 1 << bits - 1 : 0;
        if (Float.isNaN(value)) {
            if (this == E2M1) {
                throw new IllegalArgumentException("E2M1 has no NaN");
            }
            return sign | (1 << bits - 1) - 1;
        }
        float magnitude = Math.min(Math.abs(value), largest);
        int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
        // In units of the last place: rounding may carry into the next exponent, whose code is the next one.
        int units = (int) Math.rint(Math.scalb((double) magnitude, mantissaBits - exponent));
        return sign | (exponent - 1 + bias << mantissaBits) + units;
    }

    /** Twice the number of an E2M1 code, which is an integer of -12 … 12: what a byte dot product can take. */
    public static int twiceE2m1(int code) {
        return (int) (2 * E2M1.toF32(code));
    }
}
