package dev.tegula.tensor.codec;

import java.lang.foreign.MemorySegment;

/**
 * Eight scales {@code s} and eight minimums {@code m} of 6 bits in 12 bytes, as Q4_K and Q5_K hold them.
 *
 * <pre>
 * byte        bits 7 6        bits 5 4 3 2 1 0
 * 0 .. 3      s[4+j] bits 54  s[j]                 j = byte
 * 4 .. 7      m[4+j] bits 54  m[j]                 j = byte - 4
 *             bits 7 6 5 4    bits 3 2 1 0
 * 8 .. 11     m[4+j] bits 3-0 s[4+j] bits 3-0      j = byte - 8
 * </pre>
 */
final class PackedScales {

    /** Sub-blocks, each with a scale and a minimum. */
    static final int COUNT = 8;

    private PackedScales() {}

    static int scale(MemorySegment src, long at, int j) {
        if (j < 4) {
            return BlockCodec.u8(src, at + j) & 63;
        }
        return BlockCodec.u8(src, at + 4 + j) & 15 | BlockCodec.u8(src, at + j - 4) >> 6 << 4;
    }

    static int min(MemorySegment src, long at, int j) {
        if (j < 4) {
            return BlockCodec.u8(src, at + 4 + j) & 63;
        }
        return BlockCodec.u8(src, at + 4 + j) >> 4 | BlockCodec.u8(src, at + j) >> 6 << 4;
    }
}
