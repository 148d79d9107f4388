package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q6_K: 256 elements of 6 bits in 16 sub-blocks of 16, {@code w = d * s[j] * (q - 32)}.
 *
 * <pre>
 * byte  0                            128                           192         208   210
 *      | low 4 bits of q            | high 2 bits of q            | s[0..15]  | d   |
 *        q[128h+64+l] : q[128h+l]     q[128h+96+l] : q[128h+64+l]   int8        F16
 *        at 64h + l,  l = 0..63       : q[128h+32+l] : q[128h+l]
 *                                     at 32h + l,  l = 0..31                     h = 0, 1
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q6_K</a>
 */
final class CodecQ6K extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 16;
    private static final int HIGH = 128;
    private static final int SCALES = 192;
    private static final int D = 208;
    private static final int ZERO = 32;

    CodecQ6K() {
        super(DType.Q6_K, SUB, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        int low = u8(src, block + i / 128 * 64 + i % 64) >> 4 * (i / 64 % 2) & 15;
        int high = u8(src, block + HIGH + i / 128 * 32 + i % 32) >> 2 * (i / 32 % 4) & 3;
        return (low | high << 4) - ZERO;
    }

    private static int scale(MemorySegment src, long block, int j) {
        return s8(src, block + SCALES + j);
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block + D);
        for (int j = 0; j < LENGTH / SUB; j++) {
            float scale = d * scale(src, block, j);
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                put(dst, out, i, scale * code(src, block, i));
            }
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block + D);
        for (int j = 0; j < LENGTH / SUB; j++) {
            out.scale[j] = scale(src, block, j);
        }
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
