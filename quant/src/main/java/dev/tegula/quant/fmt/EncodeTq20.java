package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** TQ2_0: the ternary block of least squared error, exact for values that are 0 or of one magnitude. */
public final class EncodeTq20 extends Quantizer {

    private static final int D = 64;

    /** The encoder; it has no state. */
    public EncodeTq20() {
        super(DType.TQ2_0, D);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        putF16(dst, out + D, Ternary.quantize(x, codes));
        for (int i = 0; i < D; i++) {
            int at = i / 32 * 128 + i % 32;
            put8(dst, out + i, codes[at] | codes[at + 32] << 2 | codes[at + 64] << 4 | codes[at + 96] << 6);
        }
    }
}
