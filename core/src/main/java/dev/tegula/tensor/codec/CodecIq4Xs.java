package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * IQ4_XS: 256 elements of 4 bits that index IQ4_NL's table, in 8 sub-blocks of 32,
 * {@code w = d * (s[j] - 32) * table[q]}.
 *
 * <pre>
 * byte  0   2                       4                        8                                      136
 *      | d | high 2 bits of s[j]   | low 4 bits of          | q[32j+16+l] : q[32j+l]  at 16j + l    |
 *       F16  in bits 2j, 2j+1        s[2k+1] : s[2k]          j = 0..7, l = 0..15
 *            of 16, little-endian    at k = 0..3
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_iq4_xs and kvalues_iq4nl</a>
 */
final class CodecIq4Xs extends IntegerCodec {

    private static final int LENGTH = 256;
    private static final int SUB = 32;
    private static final int SCALES_HIGH = 2;
    private static final int SCALES_LOW = 4;
    private static final int QS = 8;
    private static final int SCALE_ZERO = 32;

    CodecIq4Xs() {
        super(DType.IQ4_XS, SUB, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        return Iq4Table.value(u8(src, block + QS + i / 32 * 16 + i % 16) >> 4 * (i / 16 % 2) & 15);
    }

    private static int scale(MemorySegment src, long block, int j) {
        int low = u8(src, block + SCALES_LOW + j / 2) >> 4 * (j % 2) & 15;
        int high = u8(src, block + SCALES_HIGH + j / 4) >> 2 * (j % 4) & 3;
        return (low | high << 4) - SCALE_ZERO;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = f16(src, block);
        for (int j = 0; j < LENGTH / SUB; j++) {
            float scale = d * scale(src, block, j);
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                put(dst, out, i, scale * code(src, block, i));
            }
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = f16(src, block);
        for (int j = 0; j < LENGTH / SUB; j++) {
            out.scale[j] = scale(src, block, j);
        }
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
