package dev.tegula.quant.fmt;

import dev.tegula.quant.BlockEncoder;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.F16;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** The door of all encoders (checks once, then trusts) and the writing of a block's fields. */
abstract class BlockWriter implements BlockEncoder {

    static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType type;

    BlockWriter(DType type) {
        this.type = type;
    }

    @Override
    public final DType type() {
        return type;
    }

    @Override
    public final void encode(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        if (blocks < 0) {
            throw new IllegalArgumentException("blocks = " + blocks + ": must be 0 or more");
        }
        long values = Math.multiplyExact(blocks, (long) Float.BYTES * type.blockLength());
        Objects.checkFromIndexSize(srcOffset, values, src.byteSize());
        Objects.checkFromIndexSize(dstOffset, Math.multiplyExact(blocks, (long) type.blockBytes()), dst.byteSize());
        encodeBlocks(src, srcOffset, dst, dstOffset, blocks);
    }

    /** {@link #encode} after its checks. */
    abstract void encodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks);

    static void put8(MemorySegment dst, long offset, int value) {
        dst.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    static void put16(MemorySegment dst, long offset, short value) {
        dst.set(LE16, offset, value);
    }

    static void putF16(MemorySegment dst, long offset, float value) {
        dst.set(LE16, offset, F16.ofF32(value));
    }

    /** The nearest F16 as F32; beyond the range the largest finite one. */
    static float roundF16(double value) {
        float clamped = (float) Math.clamp(value, -F16.MAX_VALUE, F16.MAX_VALUE);
        return F16.toF32(F16.ofF32(clamped));
    }

    /**
     * The F16 for a scale that integer multiples are taken of: the nearest one, or where F16 is subnormal and coarse the
     * next away from zero, since multiples can make up for a scale too large, but not for one too small.
     */
    static float roundScale(double value) {
        float nearest = roundF16(value);
        if (Math.abs(nearest) < F16.MIN_NORMAL && Math.abs(nearest) < Math.abs(value)) {
            // One more in the bits is one step away from zero, with either sign.
            return F16.toF32((short) (F16.ofF32(nearest) + 1));
        }
        return nearest;
    }
}
