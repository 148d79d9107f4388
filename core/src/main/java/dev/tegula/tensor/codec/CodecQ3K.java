package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q3_K: 256 elements of 3 bits in 16 sub-blocks of 16, {@code w = d * (s[j] - 32) * (q - 4)}.
 *
 * <pre>
 * byte  0                     32                                96                  108   110
 *      | bit 2 of q[32b+l]   | low 2 bits of q[128h+96+l] :    | s[0..15], 6 bits  | d   |
 *        in bit b of byte l    q[128h+64+l] : q[128h+32+l] :     each, see below     F16
 *        b = 0..7, l = 0..31   q[128h+l]  at 32h + l
 *
 * scales, byte 0 .. 7    low 4 bits of s[8+k] : s[k]                          at k
 *         byte 8 .. 11   high 2 bits of s[12+k] : s[8+k] : s[4+k] : s[k]      at 8 + k
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q3_K</a>
 */
final class CodecQ3K extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 16;
    private static final int QS = 32;
    private static final int SCALES = 96;
    private static final int D = 108;
    private static final int ZERO = 4;
    private static final int SCALE_ZERO = 32;

    CodecQ3K() {
        super(DType.Q3_K, SUB, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        int low = u8(src, block + QS + i / 128 * 32 + i % 32) >> 2 * (i / 32 % 4) & 3;
        int high = u8(src, block + i % 32) >> i / 32 & 1;
        return (low | high << 2) - ZERO;
    }

    private static int scale(MemorySegment src, long block, int j) {
        int low = u8(src, block + SCALES + j % 8) >> 4 * (j / 8) & 15;
        int high = u8(src, block + SCALES + 8 + j % 4) >> 2 * (j / 4) & 3;
        return (low | high << 4) - SCALE_ZERO;
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
