package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q5_0: 32 elements of 5 bits with one scale, {@code w = d * (q - 16)}.
 *
 * <pre>
 * byte  0   2                              6                                    22
 *      | d | bit 4 of q[i] in bit i       | low 4 bits of q[16+i] : q[i]       |     i = 0..15
 *       F16  of 32 little-endian bits
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q5_0</a>
 */
final class CodecQ50 extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int QH = 2;
    private static final int QS = 6;
    private static final int ZERO = 16;

    CodecQ50() {
        super(DType.Q5_0, LENGTH, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        int low = u8(src, block + QS + i % 16) >> 4 * (i / 16) & 15;
        int high = u8(src, block + QH + i / 8) >> i % 8 & 1;
        return (low | high << 4) - ZERO;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * code(src, block, i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block);
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
