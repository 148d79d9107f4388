package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q4_K: a scale and a minimum of small squared error for each sub-block of 32, all of them rounded to multiples of one
 * F16 scale each, and the multiples then chosen again among their neighbours with the rounded scales.
 */
public final class EncodeQ4K extends Quantizer {

    private static final int HIGH = 15;
    private static final int MAX_MULTIPLE = 63;
    private static final int LENGTH = 256;
    private static final int SUB = 32;
    private static final int SUBS = LENGTH / SUB;
    private static final int DMIN = 2;
    private static final int SCALES = 4;
    private static final int QS = 16;

    /** The encoder; it has no state. */
    public EncodeQ4K() {
        super(DType.Q4_K, 0);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        double[] scale = new double[SUBS];
        double[] min = new double[SUBS];
        double maxScale = 0;
        double maxMin = 0;
        Affine affine = new Affine();
        for (int j = 0; j < SUBS; j++) {
            affine.search(x, j * SUB, SUB, HIGH);
            scale[j] = affine.scale;
            min[j] = affine.min;
            maxScale = Math.max(maxScale, scale[j]);
            maxMin = Math.max(maxMin, min[j]);
        }
        float d = roundScale(maxScale / MAX_MULTIPLE);
        float dmin = roundScale(maxMin / MAX_MULTIPLE);
        int[] scales = new int[SUBS];
        int[] mins = new int[SUBS];
        for (int j = 0; j < SUBS; j++) {
            scales[j] = multiple(scale[j], d);
            mins[j] = multiple(min[j], dmin);
            chooseAgain(x, j, d, dmin, scales, mins);
            double inverse = Affine.inverse((double) d * scales[j]);
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                codes[i] = Affine.code(x[i], inverse, (double) dmin * mins[j], HIGH);
            }
        }
        putF16(dst, out, d);
        putF16(dst, out + DMIN, dmin);
        packScales(scales, mins, dst, out + SCALES);
        for (int i = 0; i < LENGTH / 2; i++) {
            int at = i / SUB * 2 * SUB + i % SUB;
            put8(dst, out + QS + i, codes[at] | codes[at + SUB] << 4);
        }
    }

    private static int multiple(double value, float of) {
        return of == 0 ? 0 : (int) Math.clamp(Math.rint(value / of), 0, MAX_MULTIPLE);
    }

    /** Replaces sub-block j's multiples by the best among them and their neighbours. */
    private static void chooseAgain(float[] x, int j, float d, float dmin, int[] scales, int[] mins) {
        int scale = scales[j];
        int min = mins[j];
        double bestError = Double.POSITIVE_INFINITY;
        for (int s = Math.max(scale - 1, 0); s <= Math.min(scale + 1, MAX_MULTIPLE); s++) {
            for (int m = Math.max(min - 1, 0); m <= Math.min(min + 1, MAX_MULTIPLE); m++) {
                double error = Affine.error(x, j * SUB, SUB, (double) d * s, (double) dmin * m, HIGH);
                if (error < bestError) {
                    bestError = error;
                    scales[j] = s;
                    mins[j] = m;
                }
            }
        }
    }

    private static void packScales(int[] scales, int[] mins, MemorySegment dst, long at) {
        for (int j = 0; j < SUBS / 2; j++) {
            put8(dst, at + j, scales[j] | scales[j + 4] >> 4 << 6);
            put8(dst, at + 4 + j, mins[j] | mins[j + 4] >> 4 << 6);
            put8(dst, at + 8 + j, scales[j + 4] & 15 | (mins[j + 4] & 15) << 4);
        }
    }
}
