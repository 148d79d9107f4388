package dev.tegula.file.gguf;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Reads tensors of I2_S, BitNet's ternary type, as blocks of {@link DType#TQ2_F32}: {@code w = scale * (q - 1)}, 2 bits each,
 * one scale for the whole tensor.
 *
 * <pre>
 * tensor      0                       n / 4                              n / 4 + 32
 *            | group, group, ...     | scale (F32) | 28 bytes unused    |       n elements
 *
 * bitnet-x86  0                                        32
 *            | q[l] : q[32+l] : q[64+l] : q[96+l]     |     at l = 0..31, high to low bit pairs
 *
 * bitnet-arm  0                                        16
 *            | q[l] : q[16+l] : q[32+l] : q[48+l]     |     at l = 0..15, high to low bit pairs
 * </pre>
 *
 * <p>The tool writes 0, 1 and 2; a file may hold 3 as well, which is {@code 2 * scale}.
 *
 * @see <a href="https://github.com/microsoft/BitNet/blob/main/src/ggml-bitnet-mad.cpp">ggml-bitnet-mad.cpp,
 *      quantize_i2_s</a>
 */
public final class I2sBlocks {
    /** What the tensors are read as. */
    public static final DType TYPE = DType.TQ2_F32;
    /** Bytes of a tensor after its weights: the scale and what rounds it up. */
    public static final int TAIL_BYTES = 32;

    private static final int SCALE_BYTES = Float.BYTES;
    private static final int CODE_BYTES = TYPE.blockBytes() - SCALE_BYTES;
    private static final int HALF_BYTES = CODE_BYTES / 2;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    /** The low bit pair of each byte. */
    private static final long PAIR = 0x0303030303030303L;

    private I2sBlocks() {}

    /**
     * Copies blocks of a tensor. Allocates nothing but what {@link GgufFile#read} does.
     *
     * @param file was opened under the dialect whose layout the tensor has
     * @param tensor a tensor of I2_S of the file, whose rows are whole blocks
     * @param firstBlock the first block of 256 elements, from the start of the tensor
     * @param dst native memory
     * @param dstOffset where to in {@code dst}
     * @param blocks how many, at least one
     * @throws IllegalArgumentException when the tensor is of another type or of another file
     * @throws IndexOutOfBoundsException when a range is not inside the tensor or {@code dst}
     * @throws GgufException as {@link GgufFile#read}
     */
    public static void read(GgufFile file, GgufTensor tensor, long firstBlock, MemorySegment dst, long dstOffset,
            long blocks) {
        if (tensor.type() != DType.I2_S) {
            throw new IllegalArgumentException(tensor + " is not of I2_S");
        }
        Objects.checkFromIndexSize(firstBlock, blocks, tensor.elements() / TYPE.blockLength());
        file.read(tensor, tensor.elements() / 4, dst, dstOffset, SCALE_BYTES);
        int scale = dst.get(INT, dstOffset);
        // The file's bytes go to the end of the blocks' memory: a block is written where what it is made from has been read.
        long codes = dstOffset + blocks * SCALE_BYTES;
        file.read(tensor, firstBlock * CODE_BYTES, dst, codes, blocks * CODE_BYTES);
        boolean arm = file.options().dialect() == GgufDialect.BITNET_ARM;
        for (long b = 0; b < blocks; b++) {
            long from = codes + b * CODE_BYTES;
            long to = dstOffset + b * TYPE.blockBytes();
            half(dst, from, to, arm);
            half(dst, from + HALF_BYTES, to + HALF_BYTES, arm);
            dst.set(INT, to + CODE_BYTES, scale);
        }
    }

    /** Puts 128 codes into the order of TQ2_0, eight bytes at a time; all are read before one is written. */
    private static void half(MemorySegment data, long from, long to, boolean arm) {
        long a = data.get(LONG, from);
        long b = data.get(LONG, from + 8);
        long c = data.get(LONG, from + 16);
        long d = data.get(LONG, from + 24);
        data.set(LONG, to, arm ? ofGroups(a, c) : reversed(a));
        data.set(LONG, to + 8, arm ? ofGroups(b, d) : reversed(b));
        data.set(LONG, to + 16, arm ? ofGroups(a << 2, c << 2) : reversed(c));
        data.set(LONG, to + 24, arm ? ofGroups(b << 2, d << 2) : reversed(d));
    }

    /** The same bytes with their four bit pairs in reverse: x86 has the elements l + 32j in this order. */
    private static long reversed(long x) {
        return x >>> 6 & PAIR | (x >>> 4 & PAIR) << 2 | (x >>> 2 & PAIR) << 4 | (x & PAIR) << 6;
    }

    /** Elements l and l + 32 of two groups of 64: the first and third bit pairs, from the top, of the groups' bytes l. */
    private static long ofGroups(long first, long second) {
        return first >>> 6 & PAIR | (first >>> 2 & PAIR) << 2 | (second >>> 6 & PAIR) << 4
                | (second >>> 2 & PAIR) << 6;
    }
}
