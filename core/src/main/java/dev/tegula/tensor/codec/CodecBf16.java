package dev.tegula.tensor.codec;

import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** BF16: the upper half of an F32, little-endian; a "block" is one element. */
final class CodecBf16 extends BlockCodec {

    CodecBf16() {
        super(DType.BF16);
    }

    @Override
    void decodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            dst.set(ValueLayout.JAVA_FLOAT_UNALIGNED, dstOffset + 4 * i, Bf16.toF32(le16(src, srcOffset + 2 * i)));
        }
    }
}
