package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q5_1: 32 elements of 5 bits with one scale and one offset, {@code w = d * q + m}.
 *
 * <pre>
 * byte  0   2   4                              8                                    24
 *      | d | m | bit 4 of q[i] in bit i       | low 4 bits of q[16+i] : q[i]       |     i = 0..15
 *       F16 F16  of 32 little-endian bits
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q5_1</a>
 */
final class CodecQ51 extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int M = 2;
    private static final int QH = 4;
    private static final int QS = 8;

    CodecQ51() {
        super(DType.Q5_1, LENGTH, true);
    }

    private static int code(MemorySegment src, long block, int i) {
        int low = u8(src, block + QS + i % 16) >> 4 * (i / 16) & 15;
        int high = u8(src, block + QH + i / 8) >> i % 8 & 1;
        return low | high << 4;
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
