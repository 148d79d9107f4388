package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Formats of 32-element blocks that are one F16 scale and codes (Q4_0, Q8_0): a row's scales, two to a lane, then its codes.
 *
 * <pre>
 * | p = 0 ...: lane r: d of block 2p + 1 : d of block 2p | codes of block 0, of block 1 ..., word by word |
 *                      F16               : F16
 * </pre>
 *
 * <p>64 bytes of scales for two blocks and 64 for each word of a block; beside an odd last block's scale is 0.
 */
public final class PackBlocks32 extends GroupPacking {
    private final int words;

    /**
     * The packing of a format.
     *
     * @param words 32-bit words of codes in a block
     */
    PackBlocks32(String name, int words) {
        super(name, 32, words * LANE_BYTES);
        this.words = words;
    }

    /** Where the lanes with a block's scale begin. */
    public static long scales(int block) {
        return block / 2 * (long) LANE_BYTES;
    }

    /** Where the codes of a row of k elements begin. */
    public static long codes(int k) {
        return Math.ceilDiv(k, 64) * (long) LANE_BYTES;
    }

    @Override
    public long groupBytes(DType type, int cols) {
        return codes(cols) + super.groupBytes(type, cols);
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int blocks = cols / 32;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            rawHalves(src, block, rowBytes, rows, dst, to + scales(b), b % 2);
            transpose(src, block + 2, rowBytes, rows, dst, to + codes(cols) + (long) b * unitBytes(), words);
        }
        for (int r = 0; r < ROWS && blocks % 2 != 0; r++) {
            dst.set(SHORT, to + scales(blocks - 1) + 4L * r + 2, (short) 0);
        }
    }
}
