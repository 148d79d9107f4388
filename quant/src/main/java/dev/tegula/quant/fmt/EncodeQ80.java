package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Q80;
import java.lang.foreign.MemorySegment;

/** Q8_0 as {@link Q80} defines it, for the KV cache too. */
public final class EncodeQ80 extends BlockWriter {

    private static final int QS = 2;

    /** The encoder; it has no state. */
    public EncodeQ80() {
        super(DType.Q8_0);
    }

    @Override
    void encodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        for (long b = 0; b < blocks; b++) {
            long from = srcOffset + b * Q80.LENGTH * Float.BYTES;
            long to = dstOffset + b * type().blockBytes();
            short scale = Q80.scale(src, from);
            double inverse = Q80.inverse(scale);
            put16(dst, to, scale);
            for (int i = 0; i < Q80.LENGTH; i++) {
                put8(dst, to + QS + i, Q80.code(src.get(F32, from + 4L * i), inverse));
            }
        }
    }
}
