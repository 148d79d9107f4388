package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Q5_K: 256 elements of 5 bits in 8 sub-blocks of 32, {@code w = d * s[j] * q - dmin * m[j]}.
 *
 * <pre>
 * byte  0   2      4                   16                    48                                     176
 *      | d | dmin | s[0..7], m[0..7]  | bit 4 of q[32b+l]   | low 4 bits of q[64g+32+l] : q[64g+l]  |
 *       F16  F16    6 bits each: see    in bit b of byte l    at 32g + l,  g = 0..3, l = 0..31
 *                   {@link PackedScales}
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_q5_K</a>
 */
final class CodecQ5K extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 32;
    private static final int DMIN = 2;
    private static final int SCALES = 4;
    private static final int QH = 16;
    private static final int QS = 48;

    CodecQ5K() {
        super(DType.Q5_K, SUB, true);
    }

    private static int code(MemorySegment src, long block, int i) {
        int low = u8(src, block + QS + i / 64 * 32 + i % 32) >> 4 * (i / 32 % 2) & 15;
        int high = u8(src, block + QH + i % 32) >> i / 32 & 1;
        return low | high << 4;
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
