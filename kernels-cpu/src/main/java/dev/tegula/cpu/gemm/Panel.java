package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.util.Arrays;

/**
 * A decoded tile of weights: 256 elements along k of two vectors of rows, as F32, with their scales.
 *
 * <pre>
 *  0                              512 V          528 V            544 V               576 V    floats; V = lanes of a vector
 * | 256 x (vector 0, vector 1)   | 8 scales x 2 | 8 minimums x 2 | 16 sub-minimums x 2 |
 * </pre>
 *
 * <p>Of quantized formats the elements are integers, in the order of {@link Rows}; minimums are negated.
 */
final class Panel {
    /** Floats of the two vectors side by side. */
    static final int STEP = 2 * Lanes.COUNT;
    static final int SCALES = Memory.PANEL + Rows.LENGTH * STEP;
    static final int MINS = SCALES + 8 * STEP;
    static final int SUB_MINS = MINS + 8 * STEP;

    private Panel() {}

    /** Zeros for the blocks of 32 that are missing. */
    static void clearFrom(float[] f, int blocks) {
        if (blocks < 8) {
            clear(f, Memory.PANEL + 32 * STEP * blocks, 32 * STEP * (8 - blocks));
            clear(f, SCALES + STEP * blocks, STEP * (8 - blocks));
            clear(f, MINS + STEP * blocks, STEP * (8 - blocks));
        }
    }

    /** Zeros. */
    static void clear(float[] f, int at, int length) {
        Arrays.fill(f, at, at + length, 0f);
    }
}
