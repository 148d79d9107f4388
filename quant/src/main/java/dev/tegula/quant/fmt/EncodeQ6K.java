package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q6_K: a scale of small squared error for each sub-block of 16, all of them rounded to multiples of one F16 scale, and
 * each multiple then chosen again among its neighbours with the rounded scale.
 */
public final class EncodeQ6K extends Quantizer {

    private static final int LOW = -32;
    private static final int HIGH = 31;
    private static final int LENGTH = 256;
    private static final int SUB = 16;
    private static final int SUBS = LENGTH / SUB;
    private static final int HIGH_BITS = 128;
    private static final int SCALES = 192;
    private static final int D = 208;

    /** The encoder; it has no state. */
    public EncodeQ6K() {
        super(DType.Q6_K, D);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        double[] scales = new double[SUBS];
        double largest = 0;
        for (int j = 0; j < SUBS; j++) {
            scales[j] = Symmetric.search(x, j * SUB, SUB, LOW, HIGH, false);
            if (Math.abs(scales[j]) > Math.abs(largest)) {
                largest = scales[j];
            }
        }
        // The largest scale becomes the sub-scale -128: int8 reaches one step further below zero.
        float d = largest == 0 ? 0 : roundScale(largest / Byte.MIN_VALUE);
        putF16(dst, out + D, d);
        for (int j = 0; j < SUBS; j++) {
            int multiple = d == 0 ? 0 : nearest(x, j, scales[j], d);
            put8(dst, out + SCALES + j, multiple);
            Symmetric.codes(x, j * SUB, SUB, (double) d * multiple, LOW, HIGH, codes);
        }
        pack(codes, dst, out);
    }

    private static int nearest(float[] x, int j, double scale, float d) {
        int middle = (int) Math.clamp(Math.rint(scale / d), Byte.MIN_VALUE, Byte.MAX_VALUE);
        int best = middle;
        double bestError = Double.POSITIVE_INFINITY;
        int last = Math.min(middle + 1, Byte.MAX_VALUE);
        for (int multiple = Math.max(middle - 1, Byte.MIN_VALUE); multiple <= last; multiple++) {
            double error = Symmetric.error(x, j * SUB, SUB, (double) d * multiple, LOW, HIGH);
            if (error < bestError) {
                bestError = error;
                best = multiple;
            }
        }
        return best;
    }

    private static void pack(int[] codes, MemorySegment dst, long out) {
        for (int half = 0; half < 2; half++) {
            int at = half * 128;
            for (int l = 0; l < 64; l++) {
                int low = codes[at + l] - LOW & 15;
                int high = codes[at + 64 + l] - LOW & 15;
                put8(dst, out + half * 64 + l, low | high << 4);
            }
            for (int l = 0; l < 32; l++) {
                int bits = 0;
                for (int k = 0; k < 4; k++) {
                    bits |= codes[at + 32 * k + l] - LOW >> 4 << 2 * k;
                }
                put8(dst, out + HIGH_BITS + half * 32 + l, bits);
            }
        }
    }
}
