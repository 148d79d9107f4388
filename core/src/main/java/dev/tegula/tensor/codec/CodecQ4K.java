package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q4_K: 256 elements of 4 bits in 8 sub-blocks of 32, {@code w = d * s[j] * q - dmin * m[j]}.
 *
 * <pre>
 * byte  0   2      4                   16                                      144
 *      | d | dmin | s[0..7], m[0..7]  | q[64g+32+l] : q[64g+l]  at 32g + l     |     g = 0..3, l = 0..31
 *       F16  F16    6 bits each: see
 *                   {@link PackedScales}
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q4_K</a>
 */
final class CodecQ4K extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 32;
    private static final int DMIN = 2;
    private static final int SCALES = 4;
    private static final int QS = 16;

    CodecQ4K() {
        super(DType.Q4_K, SUB, true);
    }

    private static int code(MemorySegment src, long block, int i) {
        return u8(src, block + QS + i / 64 * 32 + i % 32) >> 4 * (i / 32 % 2) & 15;
    }

    private static int scale(MemorySegment src, long block, int j) {
        return PackedScales.scale(src, block + SCALES, j);
    }

    private static int min(MemorySegment src, long block, int j) {
        return PackedScales.min(src, block + SCALES, j);
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block);
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
        out.d = f16(src, block);
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
