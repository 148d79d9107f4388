package dev.tegula.kernel;

import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What attention keeps of some of a query's positions: the maximum m of their scores, the sum l of their weights relative to it,
 * and the sum o of their values with these weights.
 *
 * <pre>
 * byte  0   4   8       64
 *      | m | l | unused | o, F32 × headSize | up to a multiple of 64
 * </pre>
 *
 * <p>Methods take native memory and where in it a part begins.
 */
public final class AttentionPart {
    /** Where a part has its maximum. */
    public static final int MAX = 0;
    /** Where it has its sum. */
    public static final int SUM = 4;
    /** Where it has its values. */
    public static final int VALUES = 64;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private AttentionPart() {}

    /** Bytes of a part. */
    public static long bytes(int headSize) {
        return VALUES + Math.ceilDiv(4L * headSize, 64L) * 64;
    }

    /** Makes a part that of no positions: m = −∞, l = 0, o = 0. */
    public static void clear(MemorySegment memory, long part, int headSize) {
        memory.set(F32, part + MAX, Float.NEGATIVE_INFINITY);
        memory.set(F32, part + SUM, 0f);
        for (int d = 0; d < headSize; d++) {
            memory.set(F32, part + VALUES + 4L * d, 0f);
        }
    }

    /**
     * Merges a segment's part (m, l, o) into the part (M, L, O) of the segments before it:
     *
     * <pre>
     * M' = max(M, m)    a = exp(M − M')    b = exp(m − M')
     * L  = fma(l, b, L * a)                O[d] = fma(o[d], b, O[d] * a)
     * </pre>
     *
     * @param total part of the segments before
     * @param part part of the next segment
     */
    public static void merge(MemorySegment memory, long total, long part, int headSize) {
        float before = memory.get(F32, total + MAX);
        float max = memory.get(F32, part + MAX);
        float larger = max > before ? max : before;
        float a = FloatMath.exp(before - larger);
        float b = FloatMath.exp(max - larger);
        memory.set(F32, total + MAX, larger);
        memory.set(F32, total + SUM, Math.fma(memory.get(F32, part + SUM), b, memory.get(F32, total + SUM) * a));
        for (long at = VALUES; at < VALUES + 4L * headSize; at += 4) {
            memory.set(F32, total + at, Math.fma(memory.get(F32, part + at), b, memory.get(F32, total + at) * a));
        }
    }

    /**
     * Adds a sink s to the part of all positions: M' = max(M, s), L = L · exp(M − M') + exp(s − M'), O = O · exp(M − M').
     */
    public static void sink(MemorySegment memory, long total, int headSize, float s) {
        float before = memory.get(F32, total + MAX);
        float larger = s > before ? s : before;
        float a = FloatMath.exp(before - larger);
        memory.set(F32, total + SUM, memory.get(F32, total + SUM) * a + FloatMath.exp(s - larger));
        for (long at = VALUES; at < VALUES + 4L * headSize; at += 4) {
            memory.set(F32, total + at, memory.get(F32, total + at) * a);
        }
    }

    /** Writes a query's result, O / L, from column {@code column} on. */
    public static void store(MemorySegment memory, long total, int headSize, TensorView y, int row, int column) {
        float sum = memory.get(F32, total + SUM);
        long to = y.rowOffset(row) + 4L * column;
        for (int d = 0; d < headSize; d++) {
            y.segment().set(F32, to + 4L * d, memory.get(F32, total + VALUES + 4L * d) / sum);
        }
    }
}
