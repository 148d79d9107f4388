package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import java.lang.foreign.MemorySegment;

/**
 * Q8_0: codes in -127…127, the scale the best of the F16 values around {@code peak / 127}.
 *
 * <p>With 255 levels a wider search gains nothing worth its time; the neighbours matter where F16 is coarse (subnormal).
 */
public final class EncodeQ80 extends Quantizer {

    private static final int HIGH = 127;
    private static final int LENGTH = 32;
    private static final int QS = 2;

    /** The encoder; it has no state. */
    public EncodeQ80() {
        super(DType.Q8_0, 0);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        float d = scale(x);
        Symmetric.codes(x, 0, LENGTH, d, -HIGH, HIGH, codes);
        putF16(dst, out, d);
        for (int i = 0; i < LENGTH; i++) {
            put8(dst, out + QS + i, codes[i]);
        }
    }

    private static float scale(float[] x) {
        float plain = roundF16(Math.abs((double) Symmetric.peak(x, 0, LENGTH)) / HIGH);
        short bits = F16.ofF32(plain);
        float best = plain;
        double bestError = Symmetric.error(x, 0, LENGTH, plain, -HIGH, HIGH);
        for (int step : new int[]{-1, 1}) {
            // Neighbours in bits are neighbours in value; the lower one of 0 and the upper one of the largest are not.
            float candidate = F16.toF32((short) (bits + step));
            if (candidate > 0 && candidate <= F16.MAX_VALUE) {
                double error = Symmetric.error(x, 0, LENGTH, candidate, -HIGH, HIGH);
                if (error < bestError) {
                    bestError = error;
                    best = candidate;
                }
            }
        }
        return best;
    }
}
