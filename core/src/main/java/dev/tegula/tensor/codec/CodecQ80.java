package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q8_0: 32 signed bytes with one scale, {@code w = d * q}.
 *
 * <pre>
 * byte  0   2        34
 *      | d | q[i]    |     i = 0..31
 *       F16  int8
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q8_0</a>
 */
final class CodecQ80 extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int QS = 2;

    CodecQ80() {
        super(DType.Q8_0, LENGTH, false);
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * s8(src, block + QS + i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block);
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = s8(src, block + QS + i);
        }
    }
}
