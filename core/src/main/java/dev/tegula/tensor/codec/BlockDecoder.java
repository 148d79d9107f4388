package dev.tegula.tensor.codec;

import dev.tegula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Decodes whole blocks of one number format to F32. Stateless; safe to use from several threads. */
public interface BlockDecoder {

    /** The format this decodes. */
    DType type();

    /**
     * Decodes consecutive blocks; allocates nothing.
     *
     * @param src holds the blocks, with no alignment asked for
     * @param srcOffset byte offset of the first block in {@code src}
     * @param dst takes {@code blocks * type().blockLength()} F32 values in the machine's byte order
     * @param dstOffset byte offset of the first value in {@code dst}
     * @param blocks how many blocks, 0 or more
     * @throws IllegalArgumentException when {@code blocks} is negative
     * @throws IndexOutOfBoundsException when the blocks or the values lie outside their segment
     */
    void decode(MemorySegment src, long srcOffset, MemorySegment dst, long dstOffset, long blocks);

    /**
     * Decodes consecutive blocks into an array.
     *
     * @param dstIndex index of the first value in {@code dst}
     * @throws IndexOutOfBoundsException when the blocks or the values lie outside segment or array
     */
    default void decode(MemorySegment src, long srcOffset, float[] dst, int dstIndex, int blocks) {
        Objects.checkIndex(dstIndex, dst.length + 1);
        decode(src, srcOffset, MemorySegment.ofArray(dst), (long) Float.BYTES * dstIndex, blocks);
    }
}
