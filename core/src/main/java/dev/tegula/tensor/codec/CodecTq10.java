package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * TQ1_0: 256 ternary elements with one scale, five to a byte, {@code w = d * (t - 1)} with digits {@code t} of 0, 1, 2.
 *
 * <pre>
 * byte  0                     32                      48                      52   54
 *      | t[32n+l] at l       | t[160+16n+l] at 32+l  | t[240+4n+l] at 48+l   | d  |
 *        n = 0..4, l = 0..31   n = 0..4, l = 0..15     n = 0..3, l = 0..3      F16
 * </pre>
 *
 * <p>A byte holds {@code ceil(v * 256 / 243)} for the base-3 number {@code v = t(n=0) t(n=1) .. t(n=4)} (the last four
 * bytes have 0 for their fifth digit). So digit n is the carry out of the byte when {@code byte * 3^n mod 256} is
 * multiplied by 3; every byte value decodes to digits of 0, 1 and 2.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_tq1_0</a>
 */
final class CodecTq10 extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int QH = 48;
    private static final int D = 52;
    private static final int[] POW3 = {1, 3, 9, 27, 81};

    CodecTq10() {
        super(DType.TQ1_0, LENGTH, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        if (i < 160) {
            return digit(u8(src, block + i % 32), i / 32);
        }
        if (i < 240) {
            return digit(u8(src, block + 32 + i % 16), (i - 160) / 16);
        }
        return digit(u8(src, block + QH + i % 4), (i - 240) / 4);
    }

    private static int digit(int packed, int n) {
        return ((packed * POW3[n] & 0xFF) * 3 >> 8) - 1;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block + D);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * code(src, block, i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block + D);
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
