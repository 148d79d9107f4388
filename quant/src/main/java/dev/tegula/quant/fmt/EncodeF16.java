package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** F16: the nearest value, ties to even; beyond the range an infinity, NaN stays NaN. */
public final class EncodeF16 extends BlockWriter {

    /** The encoder; it has no state. */
    public EncodeF16() {
        super(DType.F16);
    }

    @Override
    void encodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            putF16(dst, dstOffset + 2 * i, src.get(F32, srcOffset + 4 * i));
        }
    }
}
