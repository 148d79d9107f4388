package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * A decoded tile of weights: 256 elements along k of two vectors of rows, as F32, with their scales.
 *
 * <p>It lies in a worker's scratch memory at {@link #AT}, behind the records of a block's rows and before a tile's sums; all
 * offsets here count from the start of the scratch memory.
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
    /** Where the panel begins: {@link Linear#ROWS} records come before it. */
    static final long AT = (long) Linear.ROWS * Rows.FLOAT_BYTES;
    static final long SCALES = AT + Rows.LENGTH * STEP;
    static final long MINS = SCALES + 8 * STEP;
    static final long SUB_MINS = MINS + 8 * STEP;
    /** Bytes of the elements. */
    static final long ELEMENT_BYTES = Rows.LENGTH * STEP;
    /** Bytes of the panel at any width. */
    static final long MAX_BYTES = 576 * 64;

    private Panel() {}

    /** Zeros for the blocks of 32 that are missing. */
    static void clearFrom(MemorySegment scratch, int blocks) {
        if (blocks < 8) {
            clear(scratch, AT + 32 * STEP * blocks, 32 * STEP * (8 - blocks));
            clear(scratch, SCALES + STEP * blocks, STEP * (8 - blocks));
            clear(scratch, MINS + STEP * blocks, STEP * (8 - blocks));
        }
    }

    /** Zeros; a slice's {@code fill} would allocate the slice. */
    static void clear(MemorySegment scratch, long at, long bytes) {
        FloatVector zero = FloatVector.zero(Lanes.F32);
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            zero.intoMemorySegment(scratch, at + i, Lanes.LE);
        }
    }
}
