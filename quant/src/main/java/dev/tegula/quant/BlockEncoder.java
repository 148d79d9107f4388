package dev.tegula.quant;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Encodes F32 values as whole blocks of one number format. Deterministic and stateless; safe to use from several threads.
 *
 * <p>In a quantized format finite values give finite blocks: a scale that would exceed F16's range is held at its largest
 * value. A NaN or an infinity has no code there; it makes its whole block NaN, so that it cannot go unseen. F16 and BF16
 * round each value by itself, as IEEE 754 says.
 */
public interface BlockEncoder {

    /** The format this encodes to. */
    DType type();

    /**
     * Encodes consecutive blocks.
     *
     * @param src holds {@code blocks * type().blockLength()} F32 values in the machine's byte order
     * @param srcOffset byte offset of the first value in {@code src}
     * @param dst takes the blocks, with no alignment asked for
     * @param dstOffset byte offset of the first block in {@code dst}
     * @param blocks how many blocks, 0 or more
     * @throws IllegalArgumentException when {@code blocks} is negative
     * @throws IndexOutOfBoundsException when the values or the blocks lie outside their segment
     */
    void encode(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks);

    /**
     * Encodes all values of an array.
     *
     * @return the blocks' bytes
     * @throws IllegalArgumentException when the values are no whole number of blocks
     */
    default byte[] encode(float[] values) {
        byte[] bytes = new byte[Math.toIntExact(type().bytes(values.length))];
        encode(MemorySegment.ofArray(Objects.requireNonNull(values, "values")), 0, MemorySegment.ofArray(bytes), 0,
                values.length / type().blockLength());
        return bytes;
    }
}
