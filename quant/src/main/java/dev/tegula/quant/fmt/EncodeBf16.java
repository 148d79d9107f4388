package dev.tegula.quant.fmt;

import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** BF16: the nearest value, ties to even; beyond the range an infinity, NaN stays NaN. */
public final class EncodeBf16 extends BlockWriter {

    /** The encoder; it has no state. */
    public EncodeBf16() {
        super(DType.BF16);
    }

    @Override
    void encodeBlocks(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks) {
        for (long i = 0; i < blocks; i++) {
            put16(dst, dstOffset + 2 * i, Bf16.ofF32(src.get(F32, srcOffset + 4 * i)));
        }
    }
}
