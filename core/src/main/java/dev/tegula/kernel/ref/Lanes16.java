package dev.tegula.kernel.ref;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sums over a row by 16 virtual lanes: lane j takes elements j, j + 16, j + 32, … in order, and the lanes are folded by
 * halves: lane j += lane j + 8 for j &lt; 8, then 4, 2, 1. Vectors of 4, 8 and 16 lanes can all follow it.
 *
 * <p>Lanes are computed one after the other, which needs no memory and reads the row from the cache.
 */
final class Lanes16 {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private Lanes16() {}

    /** 1 / sqrt(mean of squares + eps) of n elements. */
    static float rmsScale(MemorySegment x, long at, int n, float eps) {
        return 1f / (float) Math.sqrt(squares(x, at, n, 0f) / n + eps);
    }

    /** Sum of (x − mean)², each lane acc = fma(v, v, acc). */
    static float squares(MemorySegment x, long at, int n, float mean) {
        return fold8(x, at, n, mean, true);
    }

    /** Sum of x. */
    static float sum(MemorySegment x, long at, int n) {
        return fold8(x, at, n, 0f, false);
    }

    private static float fold8(MemorySegment x, long at, int n, float mean, boolean square) {
        return fold4(x, at, n, mean, square, 0) + fold4(x, at, n, mean, square, 1);
    }

    /** After the folds by 8, 4 and 2, lane {@code j} of two. */
    private static float fold4(MemorySegment x, long at, int n, float mean, boolean square, int j) {
        float even = fold2(x, at, n, mean, square, j);
        return even + fold2(x, at, n, mean, square, j + 2);
    }

    private static float fold2(MemorySegment x, long at, int n, float mean, boolean square, int j) {
        float low = lane(x, at, n, mean, square, j) + lane(x, at, n, mean, square, j + 8);
        return low + (lane(x, at, n, mean, square, j + 4) + lane(x, at, n, mean, square, j + 12));
    }

    private static float lane(MemorySegment x, long at, int n, float mean, boolean square, int j) {
        float acc = 0;
        for (int i = j; i < n; i += 16) {
            float v = x.get(F32, at + 4L * i) - mean;
            acc = square ? Math.fma(v, v, acc) : acc + v;
        }
        return acc;
    }
}
