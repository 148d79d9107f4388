package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q6_K, a super-block to a unit:
 *
 * <pre>
 * byte  0               256        320                                                                       3392
 *      | scales (int8) | d (F32)  | h, b, s = 0, 1: low bits, words 4s .. 4s + 3 of A or B; high bits, 2 words |
 *        4 words of      1 word     of half h of the block; A: its first 8 words, B: the others
 *        a row
 * </pre>
 *
 * <p>Word u of the low bits has the elements 16s + 4u … 16s + 4u + 3 of block 4h + b of 32 in the lower halves of its bytes
 * and those of block 4h + b + 2 in the upper ones. Of the high bits, word m belongs to words 2m and 2m + 1: each of its
 * bytes has, from bit 0 on, the two bits of word 2m's lower half, 2m + 1's lower, 2m's upper and 2m + 1's upper half.
 */
public final class PackQ6K extends GroupPacking {
    public static final int D = 4 * LANE_BYTES;
    public static final int CODES = 5 * LANE_BYTES;
    /** Words of high bits after four words of low bits. */
    public static final int HIGH = 4 * LANE_BYTES;
    /** Bytes of the six words that belong together. */
    public static final int STEP = 6 * LANE_BYTES;
    public static final int UNIT_BYTES = CODES + 8 * STEP;

    PackQ6K() {
        super("q6_k", 256, UNIT_BYTES);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int blocks = cols / 256;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) b * UNIT_BYTES;
            transpose(src, block + 192, rowBytes, rows, dst, unit, 4);
            halves(src, block + 208, rowBytes, rows, dst, unit + D);
            for (int r = 0; r < rows; r++) {
                codes(src, block + r * rowBytes, dst, unit + CODES + 4L * r);
            }
        }
    }

    private static void codes(MemorySegment src, long block, MemorySegment dst, long to) {
        for (int i = 0; i < 8; i++) {
            int h = i >> 2;
            int b = i >> 1 & 1;
            int s = i & 1;
            long low = block + h * 64 + b * 32 + s * 16;
            long high = block + 128 + h * 32 + s * 16;
            long step = to + (long) i * STEP;
            for (int u = 0; u < 4; u++) {
                dst.set(INT, step + (long) u * LANE_BYTES, src.get(INT, low + 4 * u));
            }
            for (int m = 0; m < 2; m++) {
                int even = src.get(INT, high + 8 * m) >>> 2 * b & 0x33333333;
                int odd = src.get(INT, high + 8 * m + 4) >>> 2 * b & 0x33333333;
                dst.set(INT, step + HIGH + (long) m * LANE_BYTES, even | odd << 2);
            }
        }
    }
}
