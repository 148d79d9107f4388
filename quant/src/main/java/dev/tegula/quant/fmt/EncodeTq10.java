package dev.tegula.quant.fmt;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/** TQ1_0: the ternary block of least squared error, exact for values that are 0 or of one magnitude. */
public final class EncodeTq10 extends Quantizer {

    private static final int D = 52;

    /** The encoder; it has no state. */
    public EncodeTq10() {
        super(DType.TQ1_0, D);
    }

    @Override
    void encodeBlock(float[] x, int[] codes, MemorySegment dst, long out) {
        putF16(dst, out + D, Ternary.quantize(x, codes));
        for (int l = 0; l < 32; l++) {
            put8(dst, out + l, pack(codes, l, 32, 5));
        }
        for (int l = 0; l < 16; l++) {
            put8(dst, out + 32 + l, pack(codes, 160 + l, 16, 5));
        }
        for (int l = 0; l < 4; l++) {
            put8(dst, out + 48 + l, pack(codes, 240 + l, 4, 4));
        }
    }

    /** The byte of {@code count} digits from {@code at} on, {@code stride} apart; a missing fifth digit is 0. */
    private static int pack(int[] digits, int at, int stride, int count) {
        int number = 0;
        for (int n = 0; n < 5; n++) {
            number = number * 3 + (n < count ? digits[at + n * stride] : 0);
        }
        return (number * 256 + 242) / 243;
    }
}
