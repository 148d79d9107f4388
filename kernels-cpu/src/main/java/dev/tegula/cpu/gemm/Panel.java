package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A decoded tile of weights: 256 elements along k of two vectors of rows, as F32, with their scales.
 *
 * <pre>
 *  0                              512 V          528 V            544 V               576 V    bytes; V = bytes of a vector
 * | 256 x (vector 0, vector 1)   | 8 scales x 2 | 8 minimums x 2 | 16 sub-minimums x 2 |
 * </pre>
 *
 * <p>Of quantized formats the elements are integers, in the order of {@link Rows}; minimums are negated.
 */
final class Panel {
    /** Bytes of the two vectors side by side. */
    static final long STEP = 2L * Lanes.BYTES;
    static final long SCALES = Memory.PANEL + Rows.LENGTH * STEP;
    static final long MINS = SCALES + 8 * STEP;
    static final long SUB_MINS = MINS + 8 * STEP;

    private Panel() {}

    /** Zeros for the blocks of 32 that are missing. */
    static void clearFrom(MemorySegment p, int blocks) {
        if (blocks < 8) {
            clear(p, Memory.PANEL + 32 * STEP * blocks, 32 * STEP * (8 - blocks));
            clear(p, SCALES + STEP * blocks, STEP * (8 - blocks));
            clear(p, MINS + STEP * blocks, STEP * (8 - blocks));
        }
    }

    private static void clear(MemorySegment p, long at, long bytes) {
        FloatVector zero = FloatVector.zero(Lanes.F32);
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            zero.intoMemorySegment(p, at + i, Lanes.LE);
        }
    }
}
