package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * What the loops of a linear layer must know of a packed weight format: how one activation row is multiplied with two
 * vectors of weight rows (GEMV), and how many rows are (GEMM: a panel is decoded once and used for all of them). Both
 * have the same expression tree per output.
 *
 * <p>Offsets of weights point at a vector's first lane in its group, in bytes; {@link Memory} says where things are in the
 * scratch memory. Stateless.
 */
interface MicroKernel {
    /**
     * Prepares an activation row for {@link #gemv}.
     *
     * @param row 0 … {@link Linear#FIRST_GEMM_ROWS} − 2
     */
    void prepare(MemorySegment x, long from, int k, Scratch scratch, int row);

    /**
     * The products of one prepared activation row with two vectors of weight rows.
     *
     * @param w packed weights
     * @param w0 offset of the first vector of rows
     * @param w1 offset of the second
     * @param outAt where the two vectors of results go, in floats
     */
    void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt);

    /**
     * Makes the float record of 256 elements of an activation row; see {@link Rows}.
     *
     * @param from offset of the row
     * @param k0 first element, a multiple of 256
     * @param count elements there are, at most 256
     */
    void widen(MemorySegment x, long from, int k0, int count, float[] dst, int to);

    /**
     * Decodes 256 elements of one vector of weight rows to the {@link Panel}.
     *
     * @param w0 offset of the vector of rows
     * @param k length of the rows
     * @param k0 first element, a multiple of 256
     * @param count elements there are, at most 256
     * @param scratch holds the panel
     * @param vector 0 or 1: the vector's place in the panel
     */
    void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector);

    /**
     * Multiplies the panel with the activation rows of a {@link Tile} and adds the products to the outputs
     * {@code [row][vector]}.
     *
     * @param panel native scratch memory, which holds it
     * @param at float records of the rows
     * @param outAt their outputs
     * @param rows {@link TallTile#ROWS} or {@link LowTile#ROWS}
     */
    void multiply(MemorySegment panel, float[] floats, int at, int outAt, int rows);
}
