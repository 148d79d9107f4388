package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * TQ2_0 and TQ2_F32, which differ only in their scale, a block to a unit:
 *
 * <pre>
 * byte  0          64                                       1088
 *      | d (F32)  | codes, 16 words of a row, as in the file |
 * </pre>
 */
public final class PackTq20 extends GroupPacking {
    public static final int CODES = LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 16 * LANE_BYTES;

    PackTq20() {
        super("tq2_0", 256, UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int blocks = cols / 256;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) b * UNIT_BYTES;
            scales(type, src, block, rowBytes, rows, dst, unit);
            transpose(src, block, rowBytes, rows, dst, unit + CODES, 16);
        }
    }

    /** The scales of a block of each row as F32, side by side. */
    static void scales(DType type, MemorySegment src, long block, long rowBytes, int rows, MemorySegment dst, long to) {
        if (type == DType.TQ2_F32) {
            transpose(src, block + 64, rowBytes, rows, dst, to, 1);
        } else {
            halves(src, block + 64, rowBytes, rows, dst, to);
        }
    }
}
