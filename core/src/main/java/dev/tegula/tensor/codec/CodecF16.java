package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** F16: IEEE 754 binary16, little-endian; a "block" is one element. */
final class CodecF16 extends BlockCodec {

    CodecF16() {
        super(DType.F16);
    }

    @Override
    void decodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            dst.set(ValueLayout.JAVA_FLOAT_UNALIGNED, dstOffset + 4 * i, f16(src, srcOffset + 2 * i));
        }
    }
}
