package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Fields;
import java.lang.foreign.MemorySegment;

/**
 * Integers of 1 to 8 bits with a scale per group, {@code w = d * q}, or with a zero point as well, {@code w = d * (q - z)};
 * {@link Fields} has the layout. Tegula's own formats.
 */
final class CodecFields extends IntegerCodec {
    private final Fields fields;
    /** Takes a code's sign bit to that of an int, or leaves it as it is. */
    private final int signShift;

    CodecFields(DType type) {
        super(type, type.blockLength(), false);
        this.fields = type.fields().orElseThrow();
        this.signShift = fields.hasZero() ? 0 : 32 - fields.bits();
    }

    private int zero(MemorySegment src, long group) {
        return fields.hasZero() ? u8(src, group + Fields.ZERO) : 0;
    }

    private int code(MemorySegment src, long group, int i) {
        int bits = fields.bits();
        return Fields.get(src, group + fields.codes(), (long) i * bits, bits) << signShift >> signShift;
    }

    @Override
    void decodeBlock(MemorySegment src, long group, MemorySegment dst, long out) {
        float d = f16(src, group);
        int zero = zero(src, group);
        for (int i = 0; i < fields.group(); i++) {
            put(dst, out, i, d * (code(src, group, i) - zero));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long group, Codes out) {
        out.d = f16(src, group);
        int zero = zero(src, group);
        for (int i = 0; i < fields.group(); i++) {
            out.q[i] = code(src, group, i) - zero;
        }
    }
}
