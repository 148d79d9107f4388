package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Sums over a row by 16 virtual lanes: lane j takes elements j, j + 16, j + 32, … in order, and the lanes are folded by
 * halves (8, 4, 2, 1). A vector narrower than 16 lanes goes over the row several times, each time for its part of the
 * lanes; the row comes from the cache by then.
 */
final class Sums {
    /** Bytes of scratch memory that the lanes need. */
    static final long SCRATCH = 64;
    private static final int VIRTUAL = 16;

    private Sums() {}

    /** 1 / sqrt(mean of squares + eps) of n elements. */
    static float rmsScale(MemorySegment x, long at, int n, float eps, MemorySegment scratch, long lanes) {
        return 1f / (float) Math.sqrt(squares(x, at, n, 0f, scratch, lanes) / n + eps);
    }

    /** Sum of (x − mean)², each lane acc = fma(v, v, acc). */
    static float squares(MemorySegment x, long at, int n, float mean, MemorySegment scratch, long lanes) {
        int whole = n - n % VIRTUAL;
        for (int part = 0; part < VIRTUAL; part += Lanes.COUNT) {
            FloatVector acc = FloatVector.zero(Lanes.F32);
            for (int i = part; i < whole; i += VIRTUAL) {
                FloatVector v = FloatVector.fromMemorySegment(Lanes.F32, x, at + 4L * i, Lanes.LE).sub(mean);
                acc = v.fma(v, acc);
            }
            acc.intoMemorySegment(scratch, lanes + 4L * part, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            long lane = lanes + 4L * (i - whole);
            float v = x.get(Lanes.FLOAT, at + 4L * i) - mean;
            scratch.set(Lanes.FLOAT, lane, Math.fma(v, v, scratch.get(Lanes.FLOAT, lane)));
        }
        return fold(scratch, lanes);
    }

    /** Sum of x. */
    static float sum(MemorySegment x, long at, int n, MemorySegment scratch, long lanes) {
        int whole = n - n % VIRTUAL;
        for (int part = 0; part < VIRTUAL; part += Lanes.COUNT) {
            FloatVector acc = FloatVector.zero(Lanes.F32);
            for (int i = part; i < whole; i += VIRTUAL) {
                acc = acc.add(FloatVector.fromMemorySegment(Lanes.F32, x, at + 4L * i, Lanes.LE));
            }
            acc.intoMemorySegment(scratch, lanes + 4L * part, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            long lane = lanes + 4L * (i - whole);
            scratch.set(Lanes.FLOAT, lane, scratch.get(Lanes.FLOAT, lane) + x.get(Lanes.FLOAT, at + 4L * i));
        }
        return fold(scratch, lanes);
    }

    private static float fold(MemorySegment lanes, long at) {
        for (int half = VIRTUAL / 2; half >= 1; half /= 2) {
            for (int j = 0; j < half; j++) {
                long lane = at + 4L * j;
                lanes.set(Lanes.FLOAT, lane,
                        lanes.get(Lanes.FLOAT, lane) + lanes.get(Lanes.FLOAT, lane + 4L * half));
            }
        }
        return lanes.get(Lanes.FLOAT, at);
    }
}
