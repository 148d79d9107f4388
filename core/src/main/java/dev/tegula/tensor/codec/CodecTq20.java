package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * TQ2_0: 256 ternary elements of 2 bits with one scale, {@code w = d * (q - 1)}.
 *
 * <pre>
 * byte  0                                                              64   66
 *      | q[128h+96+l] : q[128h+64+l] : q[128h+32+l] : q[128h+l]       | d  |
 *        at 32h + l,  h = 0, 1,  l = 0..31, high to low bit pairs      F16
 * </pre>
 *
 * <p>An encoder writes 0, 1 and 2; a file may hold 3 as well, which is {@code 2 * d}.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_tq2_0</a>
 */
final class CodecTq20 extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int D = 64;

    CodecTq20() {
        super(DType.TQ2_0, LENGTH, false);
    }

    /** A block's element i without its scale. */
    static int code(MemorySegment src, long block, int i) {
        return (u8(src, block + i / 128 * 32 + i % 32) >> 2 * (i / 32 % 4) & 3) - 1;
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
