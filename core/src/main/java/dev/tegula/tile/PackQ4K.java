package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q4_K, a super-block to a unit:
 *
 * <pre>
 * byte  0                    128               256        320           384                        2432
 *      | scales as bytes:   | minimums        | d (F32)  | dmin (F32)  | codes, 32 words of a row |
 *        2 words of a row     2 words           1 word     1 word        as in the file
 * </pre>
 *
 * <p>The 6-bit scales and minimums are bytes here, and d and dmin F32, since they are often subnormal as F16.
 */
public final class PackQ4K extends GroupPacking {
    public static final int MINS = 2 * LANE_BYTES;
    public static final int D = 4 * LANE_BYTES;
    public static final int DMIN = 5 * LANE_BYTES;
    public static final int CODES = 6 * LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 32 * LANE_BYTES;

    PackQ4K() {
        super("q4_k", 256, UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int blocks = cols / 256;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) b * UNIT_BYTES;
            for (int r = 0; r < rows; r++) {
                scales(src, block + r * rowBytes + 4, dst, unit + 4L * r);
            }
            halves(src, block, rowBytes, rows, dst, unit + D);
            halves(src, block + 2, rowBytes, rows, dst, unit + DMIN);
            transpose(src, block + 16, rowBytes, rows, dst, unit + CODES, 32);
        }
    }

    /** Spreads 12 bytes of scales and minimums to 16, four at a time: the format's 6 bits never cross a byte here. */
    private static void scales(MemorySegment src, long at, MemorySegment dst, long to) {
        int a = src.get(INT, at);
        int b = src.get(INT, at + 4);
        int c = src.get(INT, at + 8);
        dst.set(INT, to, a & 0x3F3F3F3F);
        dst.set(INT, to + LANE_BYTES, c & 0x0F0F0F0F | a >>> 2 & 0x30303030);
        dst.set(INT, to + MINS, b & 0x3F3F3F3F);
        dst.set(INT, to + MINS + LANE_BYTES, c >>> 4 & 0x0F0F0F0F | b >>> 2 & 0x30303030);
    }
}
