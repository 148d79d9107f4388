package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * TQ2_F32: TQ2_0 with an F32 scale, {@code w = d * (q - 1)}. I2_S has scales that an F16 would round.
 *
 * <pre>
 * byte  0                  64   68
 *      | codes as TQ2_0's | d  |
 *                          F32
 * </pre>
 */
final class CodecTq2F32 extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int D = 64;

    CodecTq2F32() {
        super(DType.TQ2_F32, LENGTH, false);
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f32(src, block + D);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * CodecTq20.code(src, block, i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f32(src, block + D);
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = CodecTq20.code(src, block, i);
        }
    }
}
