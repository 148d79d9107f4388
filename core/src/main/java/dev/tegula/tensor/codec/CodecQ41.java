package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q4_1: 32 elements of 4 bits with one scale and one offset, {@code w = d * q + m}.
 *
 * <pre>
 * byte  0   2   4                  20
 *      | d | m | q[16+i] : q[i]    |     i = 0..15, high : low half of a byte
 *       F16 F16
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q4_1</a>
 */
final class CodecQ41 extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int M = 2;
    private static final int QS = 4;

    CodecQ41() {
        super(DType.Q4_1, LENGTH, true);
    }

    private static int code(MemorySegment src, long block, int i) {
        return u8(src, block + QS + i % 16) >> 4 * (i / 16) & 15;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block);
        float m = f16(src, block + M);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * code(src, block, i) + m);
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block);
        out.dmin = -f16(src, block + M);
        out.min[0] = 1;
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
