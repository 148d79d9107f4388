package dev.tegula.cpu.gemm;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Formats of 32-element blocks that are one F16 scale and codes (Q4_0, Q8_0), two blocks to a unit:
 *
 * <pre>
 * byte  0                                    64
 *      | lane r: d of block 1 : d of block 0 | codes of block 0, then of block 1, word by word |
 *       F16 : F16
 * </pre>
 *
 * <p>As many bytes as in the file. Of an odd number of blocks, the last is followed by zeros.
 */
final class PackPairs32 extends GroupPacking {
    private final int words;
    private final int flip;

    /**
     * The packing of a format.
     *
     * @param words 32-bit words of codes in a block
     * @param flip bits to invert in the codes
     */
    PackPairs32(String name, int words, int flip) {
        super(name, 64, LANE_BYTES + 2 * words * LANE_BYTES);
        this.words = words;
        this.flip = flip;
    }

    @Override
    void pack(DType type, int cols, int rows, MemorySegment src, long from, long rowBytes, MemorySegment dst, long to) {
        int blocks = cols / 32;
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) b * type.blockBytes();
            long unit = to + (long) (b / 2) * unitBytes();
            rawHalves(src, block, rowBytes, rows, dst, unit, b % 2);
            transpose(src, block + 2, rowBytes, rows, dst, unit + LANE_BYTES + (long) (b % 2) * words * LANE_BYTES,
                    words, flip);
        }
    }
}
