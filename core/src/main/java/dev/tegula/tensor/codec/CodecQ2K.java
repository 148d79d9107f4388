package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q2_K: 256 elements of 2 bits in 16 sub-blocks of 16, {@code w = d * s[j] * q - dmin * m[j]}.
 *
 * <pre>
 * byte  0                16                                                            80  82     84
 *      | m[j] : s[j]    | q[128h+96+l] : q[128h+64+l] : q[128h+32+l] : q[128h+l]      | d | dmin |
 *        at j = 0..15     at 32h + l,  h = 0, 1,  l = 0..31, high to low bit pairs     F16  F16
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q2_K</a>
 */
final class CodecQ2K extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 16;
    private static final int QS = 16;
    private static final int D = 80;
    private static final int DMIN = 82;

    CodecQ2K() {
        super(DType.Q2_K, SUB, true);
    }

    private static int code(MemorySegment src, long block, int i) {
        return u8(src, block + QS + i / 128 * 32 + i % 32) >> 2 * (i / 32 % 4) & 3;
    }

    private static int scale(MemorySegment src, long block, int j) {
        return u8(src, block + j) & 15;
    }

    private static int min(MemorySegment src, long block, int j) {
        return u8(src, block + j) >> 4;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block + D);
        float dmin = f16(src, block + DMIN);
        for (int j = 0; j < LENGTH / SUB; j++) {
            float scale = d * scale(src, block, j);
            float min = dmin * min(src, block, j);
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                put(dst, out, i, scale * code(src, block, i) - min);
            }
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block + D);
        out.dmin = f16(src, block + DMIN);
        for (int j = 0; j < LENGTH / SUB; j++) {
            out.scale[j] = scale(src, block, j);
            out.min[j] = min(src, block, j);
        }
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
