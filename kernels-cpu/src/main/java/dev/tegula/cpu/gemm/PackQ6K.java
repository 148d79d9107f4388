package dev.tegula.cpu.gemm;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q6_K, a super-block to a unit:
 *
 * <pre>
 * byte  0               256        320                                                              3392
 *      | scales (int8) | d (F32)  | h = 0, 1: w = 0..7: low bits, words w and w + 8; high bits, word w |
 *        4 words of      1 word     of half h of the block, as in the file
 *        a row
 * </pre>
 */
final class PackQ6K extends GroupPacking {
    static final int D = 4 * LANE_BYTES;
    static final int CODES = 5 * LANE_BYTES;
    /** Bytes of the three words that belong together. */
    static final int STEP = 3 * LANE_BYTES;
    static final int UNIT_BYTES = CODES + 16 * STEP;

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
        for (int i = 0; i < 16; i++) {
            long low = block + i / 8 * 64 + i % 8 * 4;
            long step = to + (long) i * STEP;
            dst.set(INT, step, src.get(INT, low));
            dst.set(INT, step + LANE_BYTES, src.get(INT, low + 32));
            dst.set(INT, step + 2 * LANE_BYTES, src.get(INT, block + 128 + 4L * i));
        }
    }
}
