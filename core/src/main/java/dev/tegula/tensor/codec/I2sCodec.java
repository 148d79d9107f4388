package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * I2_S, BitNet's ternary type as its x86 tools lay it out: groups of 128 elements of 2 bits, one scale for the whole
 * tensor, {@code w = scale * (q - 1)}.
 *
 * <pre>
 * tensor  0                     n / 4                           n / 4 + 32
 *        | group, group, ...   | scale (F32) | 28 bytes unused |                 n elements
 *
 * group   0                                        32
 *        | q[l] : q[32+l] : q[64+l] : q[96+l]     |     at l = 0..31, high to low bit pairs
 * </pre>
 *
 * <p>The tool writes 0, 1 and 2; a file may hold 3 as well, which is {@code 2 * scale}. Other builds of the tool write other
 * layouts under the same name and type number, and the file does not say which: whoever opens it has to.
 *
 * <p>Since the scale is no part of a block, a codec belongs to one tensor.
 *
 * @see <a href="https://github.com/microsoft/BitNet/blob/main/src/ggml-bitnet-mad.cpp">ggml-bitnet-mad.cpp,
 *      quantize_i2_s</a>
 */
public final class I2sCodec extends IntegerCodec {

    /** Bytes after the groups: the scale and what rounds it up. */
    public static final int TAIL_BYTES = 32;

    private static final int LENGTH = 128;
    private static final int STRIDE = 32;
    private static final ValueLayout.OfFloat LE_F32 = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final float scale;

    /** The codec of a tensor with this scale. */
    public I2sCodec(float scale) {
        super(DType.I2_S, LENGTH, false);
        this.scale = scale;
    }

    /**
     * The codec of a tensor, its scale read from the tensor's tail.
     *
     * @param src holds the tensor
     * @param offset byte offset of the tensor's first group
     * @param elements the tensor's elements, a multiple of 128
     * @throws IllegalArgumentException when {@code elements} is negative or no multiple of 128
     * @throws IndexOutOfBoundsException when groups and tail do not lie inside {@code src}
     */
    public static I2sCodec ofTensor(MemorySegment src, long offset, long elements) {
        Objects.checkFromIndexSize(offset, tensorBytes(elements), src.byteSize());
        return new I2sCodec(src.get(LE_F32, offset + DType.I2_S.bytes(elements)));
    }

    /**
     * Bytes of a tensor: its groups and its tail.
     *
     * @throws IllegalArgumentException when {@code elements} is negative or no multiple of 128
     */
    public static long tensorBytes(long elements) {
        return DType.I2_S.bytes(elements) + TAIL_BYTES;
    }

    /** The tensor's scale. */
    public float scale() {
        return scale;
    }

    private static int code(MemorySegment src, long block, int i) {
        return (u8(src, block + i % STRIDE) >> 6 - 2 * (i / STRIDE) & 3) - 1;
    }

    @Override
    void decodeBlock(MemorySegment src, long block, MemorySegment dst, long out) {
        for (int i = 0; i < LENGTH; i++) {
            put(dst, out, i, scale * code(src, block, i));
        }
    }

    @Override
    void unpackBlock(MemorySegment src, long block, Codes out) {
        out.d = scale;
        for (int i = 0; i < LENGTH; i++) {
            out.q[i] = code(src, block, i);
        }
    }
}
