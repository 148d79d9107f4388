package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** Q4_0: the F16 scale of least squared error among some around {@code peak / -8} and {@code peak / 7}. */
public final class EncodeQ40 extends Quantizer {

    private static final int LOW = -8;
    private static final int HIGH = 7;
    private static final int LENGTH = 32;
    private static final int QS = 2;

    /** The encoder; it has no state. */
    public EncodeQ40() {
        super(DType.Q4_0, 0);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        double d = Symmetric.search(x, 0, LENGTH, LOW, HIGH, true);
        Symmetric.codes(x, 0, LENGTH, d, LOW, HIGH, codes);
        putF16(dst, out, (float) d);
        for (int i = 0; i < LENGTH / 2; i++) {
            put8(dst, out + QS + i, codes[i] - LOW | codes[i + LENGTH / 2] - LOW << 4);
        }
    }
}
