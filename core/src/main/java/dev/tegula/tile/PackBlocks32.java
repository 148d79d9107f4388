package dev.tegula.tile;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Formats of 32-element blocks that are one F16 scale and codes (Q4_0, Q8_0): blocks in pairs, whose scales share a lane.
 *
 * <pre>
 * unit p: | lane r: d of block 2p + 1 : d of block 2p | codes of block 2p | codes of block 2p + 1 |
 *                   F16               : F16             word by word
 * </pre>
 *
 * <p>64 bytes of scales for two blocks and 64 for each word of a block; an odd last block has a block of zeros beside it. A
 * kernel that multiplies a row by a group so reads it from the first byte to the last.
 */
public final class PackBlocks32 extends GroupPacking {
    private final int words;

    /**
     * The packing of a format.
     *
     * @param words 32-bit words of codes in a block
     */
    PackBlocks32(String name, int words) {
        super(name, 64, (1 + 2 * words) * LANE_BYTES);
        this.words = words;
    }

    /**
     * Where the lanes with a block's scale begin.
     *
     * @param words 32-bit words of codes in a block
     */
    public static long scales(int block, int words) {
        return block / 2 * (1L + 2 * words) * LANE_BYTES;
    }

    /** Where the codes of a block of so many words begin. */
    public static long codes(int block, int words) {
        return scales(block, words) + (1L + block % 2 * words) * LANE_BYTES;
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        for (int b = 0; b < cols / 32; b++) {
            long block = from + (long) b * type.blockBytes();
            rawHalves(src, block, rowBytes, rows, dst, to + scales(b, words), b % 2);
            transpose(src, block + 2, rowBytes, rows, dst, to + codes(b, words), words);
        }
    }
}
