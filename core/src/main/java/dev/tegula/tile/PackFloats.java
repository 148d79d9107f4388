package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * F32, F16 and BF16: lane r holds one F32 of row r, or two consecutive elements of 16 bits, the first in the lower half.
 * A unit is 32 elements, so that kernels need no tail along k; zeros fill the last.
 */
public final class PackFloats extends GroupPacking {
    private static final int UNIT = 32;

    /**
     * The packing of a format.
     *
     * @param elementBytes 4 or 2
     */
    PackFloats(int elementBytes) {
        super("x" + 8 * elementBytes, UNIT, UNIT * elementBytes * ROWS);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int words = (int) (rowBytes / 4);
        // In pieces that stay in the first-level cache while 16 rows are written to them.
        for (int u = 0; u < words; u += UNIT) {
            transpose(src, from + 4L * u, rowBytes, rows, dst, to + (long) LANE_BYTES * u, Math.min(UNIT, words - u));
        }
        if (rowBytes % 4 != 0) {
            rawHalves(src, from + 4L * words, rowBytes, rows, dst, to + (long) LANE_BYTES * words, 0);
        }
    }
}
