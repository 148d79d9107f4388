package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A decoded tile of weights: 256 elements along k of two vectors of rows, as F32 or as pairs of int16, with their scales.
 *
 * <pre>
 * bytes   | 256 elements or 128 pairs x (vector 0, vector 1) |
 * floats  | 8 scales x 2 | 8 minimums x 2 | 16 sub-minimums x 2 |
 * </pre>
 *
 * <p>Of quantized formats the elements are integers, in the order of {@link Rows}; minimums are negated. Scales and minimums of
 * pairs' sub-blocks are ints: {@link Memory#INT_SCALES}.
 */
final class Panel {
    /** Bytes of the two vectors side by side. */
    static final long STEP = 2L * Lanes.BYTES;
    /** Pairs of 256 elements. */
    static final int PAIRS = Rows.LENGTH / 2;
    /** In floats. */
    static final int SCALES = Memory.SCALES;
    static final int MINS = SCALES + 8 * Tile.STEP;
    static final int SUB_MINS = MINS + 8 * Tile.STEP;
    /** Scales, minimums and sub-minimums of a vector of rows. */
    static final int SCALE_VECTORS = 32;

    private Panel() {}

    /**
     * Zeros for the blocks of 32 that are missing.
     *
     * @param steps elements or pairs of a block
     */
    static void clearFrom(MemorySegment p, float[] f, int blocks, int steps) {
        if (blocks < 8) {
            FloatVector zero = FloatVector.zero(Lanes.F32);
            for (long at = steps * STEP * blocks; at < 8 * steps * STEP; at += Lanes.BYTES) {
                zero.intoMemorySegment(p, Memory.PANEL + at, Lanes.LE);
            }
            Arrays.fill(f, SCALES + blocks * Tile.STEP, SCALES + 8 * Tile.STEP, 0f);
            Arrays.fill(f, MINS + blocks * Tile.STEP, MINS + 8 * Tile.STEP, 0f);
        }
    }
}
