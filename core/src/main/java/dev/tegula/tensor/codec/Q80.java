package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * How 32 values become a block of {@link DType#Q8_0}: codes in −127 … 127, each the nearest one, ties to even, and the scale of
 * least squared error among the F16 value nearest to the largest magnitude / 127 and that one's two neighbours. All of it is
 * computed in double precision, errors summed in order. With 255 levels a wider search gains nothing worth its time; the
 * neighbours matter where F16 is coarse (subnormal).
 *
 * <p>A block with an infinity or NaN has the scale NaN and codes of 0.
 */
public final class Q80 {
    /** Values of a block. */
    public static final int LENGTH = 32;
    /** The largest code. */
    public static final int HIGH = 127;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Q80() {}

    /**
     * The scale of a block.
     *
     * @param x F32 values from byte {@code at} on
     * @return bits of an F16
     */
    public static short scale(MemorySegment x, long at) {
        double peak = 0;
        for (int i = 0; i < LENGTH; i++) {
            float value = x.get(F32, at + 4L * i);
            if (!Float.isFinite(value)) {
                return F16.ofF32(Float.NaN);
            }
            peak = Math.max(peak, Math.abs(value));
        }
        short plain = F16.ofF32((float) Math.min(peak / HIGH, F16.MAX_VALUE));
        short best = plain;
        double least = error(x, at, plain);
        for (int step = -1; step <= 1; step += 2) {
            // Neighbours in bits are neighbours in value; the lower one of 0 and the upper one of the largest are not.
            short candidate = (short) (plain + step);
            float value = F16.toF32(candidate);
            if (value > 0 && value <= F16.MAX_VALUE) {
                double error = error(x, at, candidate);
                if (error < least) {
                    least = error;
                    best = candidate;
                }
            }
        }
        return best;
    }

    /** What values are multiplied with before they are rounded: 1 / scale, or 0 where that is no number. */
    public static double inverse(short scale) {
        double d = F16.toF32(scale);
        return d > 0 ? 1 / d : 0;
    }

    /** The code of a value. */
    public static int code(float value, double inverse) {
        return Math.clamp((int) Math.rint(value * inverse), -HIGH, HIGH);
    }

    private static double error(MemorySegment x, long at, short scale) {
        double d = F16.toF32(scale);
        double inverse = inverse(scale);
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            float value = x.get(F32, at + 4L * i);
            double e = value - d * code(value, inverse);
            sum += e * e;
        }
        return sum;
    }
}
