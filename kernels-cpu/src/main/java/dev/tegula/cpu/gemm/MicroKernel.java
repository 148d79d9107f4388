package dev.tegula.cpu.gemm;

import java.lang.foreign.MemorySegment;

/**
 * What the loops of a linear layer must know of a packed weight format: how one activation row is multiplied with two
 * vectors of weight rows (GEMV), and how many rows are (GEMM: a panel is decoded once and used for all of them). Both
 * have the same expression tree per output.
 *
 * <p>Offsets of weights point at a vector's first lane in its group. Stateless.
 */
interface MicroKernel {
    /** Bytes of 256 elements along k in a group of packed weights. */
    long chunkBytes();

    /** Bytes of an activation row as {@link #gemv} reads it. */
    long rowBytes(int k);

    /** Prepares an activation row for {@link #gemv}. */
    void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to);

    /**
     * The products of one activation row with two vectors of weight rows.
     *
     * @param w packed weights
     * @param w0 offset of the first vector of rows
     * @param w1 offset of the second
     * @param scratch holds a prepared row at {@code rowAt} and takes the two vectors at {@code outAt}; both lie behind the
     *            {@link Panel} and the {@link Tile}'s sums, which may be used
     */
    void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt);

    /**
     * Makes the float record of 256 elements of an activation row; see {@link Rows}.
     *
     * @param from offset of the row
     * @param k0 first element, a multiple of 256
     * @param count elements there are, at most 256
     */
    void widen(MemorySegment x, long from, int k0, int count, MemorySegment dst, long to);

    /**
     * Decodes 256 elements of one vector of weight rows.
     *
     * @param w0 offset of the vector of rows in the chunk
     * @param count elements there are, at most 256
     * @param scratch holds the {@link Panel}
     * @param vector 0 or 1: the vector's place in the panel
     */
    void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector);

    /**
     * Multiplies the panel with 8 activation rows and adds the products to the outputs {@code [row][vector]}.
     *
     * @param scratch holds float records of the 8 rows at {@code at}, the {@link Panel}, room for a {@link Tile}'s sums, and
     *            the outputs at {@code outAt}
     */
    void multiply(MemorySegment scratch, long at, long outAt);
}
