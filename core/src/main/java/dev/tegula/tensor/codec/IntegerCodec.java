package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** A quantized format: decodes block by block and shows a block's integers. */
abstract class IntegerCodec extends BlockCodec implements BlockCodes {

    private final int subBlockLength;
    private final boolean hasMins;

    IntegerCodec(DType type, int subBlockLength, boolean hasMins) {
        super(type);
        this.subBlockLength = subBlockLength;
        this.hasMins = hasMins;
    }

    @Override
    public final int subBlockLength() {
        return subBlockLength;
    }

    @Override
    public final boolean hasMins() {
        return hasMins;
    }

    @Override
    public final void unpack(MemorySegment src, long offset, Codes out) {
        Objects.checkFromIndexSize(offset, type().blockBytes(), src.byteSize());
        out.length = type().blockLength();
        out.subBlockLength = subBlockLength;
        out.dmin = 0;
        int subBlocks = out.subBlocks();
        for (int j = 0; j < subBlocks; j++) {
            out.scale[j] = 1;
            out.min[j] = 0;
        }
        unpackBlock(src, offset, out);
    }

    @Override
    final void decodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        long stride = (long) Float.BYTES * type().blockLength();
        for (long b = 0; b < blocks; b++) {
            decodeBlock(src, srcOffset + b * type().blockBytes(), dst, dstOffset + b * stride);
        }
    }

    /** Writes the block's elements as F32 from {@code out} on. */
    abstract void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out);

    /** Fills what differs from "all scales 1, no minimums". */
    abstract void unpackBlock(MemorySegment src, long block, Codes out);
}
