package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * MXFP4: 32 elements of 4 bits (E2M1) with one power of two as scale, {@code w = 2^(e - 128) * table[q]}.
 *
 * <pre>
 * byte  0   1                 17
 *      | e | q[16+i] : q[i]   |     i = 0..15, high : low half of a byte
 *       E8M0
 * </pre>
 *
 * <p>The table holds twice the E2M1 values, so that they are integers; the scale is half of {@code 2^(e - 127)}. As the
 * standard says, {@code e = 255} makes the whole block NaN.
 *
 * @see <a href="https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf">OCP
 *      Microscaling Formats 1.0</a>
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h">ggml-common.h, block_mxfp4</a>
 */
final class CodecMxfp4 extends IntegerCodec {

    private static final int LENGTH = 32;
    private static final int QS = 1;
    private static final int E_NAN = 255;
    private static final int[] TABLE = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    CodecMxfp4() {
        super(DType.MXFP4, LENGTH, false);
    }

    private static int code(MemorySegment src, long block, int i) {
        return TABLE[u8(src, block + QS + i % 16) >> 4 * (i / 16) & 15];
    }

    private static float scale(MemorySegment src, long block) {
        int e = u8(src, block);
        return e == E_NAN ? Float.NaN : Math.scalb(1f, e - 128);
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        float d = scale(src, block);
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, d * code(src, block, i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = scale(src, block);
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
