package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** The door of all decoders (checks once, then trusts) and the reading of a block's fields. */
abstract class BlockCodec implements BlockDecoder {

    private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat LE_F32 = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final DType type;

    BlockCodec(DType type) {
        this.type = type;
    }

    @Override
    public final DType type() {
        return type;
    }

    @Override
    public final void decode(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        if (blocks < 0) {
            throw new IllegalArgumentException("blocks = " + blocks + ": must be 0 or more");
        }
        long values = Math.multiplyExact(blocks, (long) Float.BYTES * type.blockLength());
        Objects.checkFromIndexSize(srcOffset, Math.multiplyExact(blocks, (long) type.blockBytes()), src.byteSize());
        Objects.checkFromIndexSize(dstOffset, values, dst.byteSize());
        decodeBlocks(src, srcOffset, dst, dstOffset, blocks);
    }

    /** {@link #decode} after its checks. */
    abstract void decodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks);

    static int s8(MemorySegment src, long offset) {
        return src.get(ValueLayout.JAVA_BYTE, offset);
    }

    static int u8(MemorySegment src, long offset) {
        return src.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }

    static short le16(MemorySegment src, long offset) {
        return src.get(LE16, offset);
    }

    static float f16(MemorySegment src, long offset) {
        return Float.float16ToFloat(src.get(LE16, offset));
    }

    static float f32(MemorySegment src, long offset) {
        return src.get(LE_F32, offset);
    }

    static void put(MemorySegment dst, long offset, int index, float value) {
        dst.set(F32, offset + (long) Float.BYTES * index, value);
    }
}
