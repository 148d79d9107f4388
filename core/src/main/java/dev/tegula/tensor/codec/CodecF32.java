package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** F32: IEEE 754 binary32, little-endian; a "block" is one element. */
final class CodecF32 extends BlockCodec {

    private static final ValueLayout.OfFloat LE = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    CodecF32() {
        super(DType.F32);
    }

    @Override
    void decodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        MemorySegment.copy(src, LE, srcOffset, dst, ValueLayout.JAVA_FLOAT_UNALIGNED, dstOffset, blocks);
    }
}
