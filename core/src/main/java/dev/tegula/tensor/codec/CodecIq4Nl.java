package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * IQ4_NL: 32 elements of 4 bits that index a table of 16 unevenly spaced integers, {@code w = d * table[q]}.
 *
 * <pre>
 * byte  0   2                 18
 *      | d | q[16+i] : q[i]   |     i = 0..15, high : low half of a byte
 *       F16
 * </pre>
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_iq4_nl and kvalues_iq4nl</a>
 */
final class CodecIq4Nl extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int QS = 2;

    CodecIq4Nl() {
        super(DType.IQ4_NL, LENGTH, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        return Iq4Table.value(u8(src, block + QS + i % 16) >> 4 * (i / 16) & 15);
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
