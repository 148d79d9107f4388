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
     * Makes the record of 256 elements of an activation row for {@link #multiply}; see {@link Rows}.
     *
     * @param from offset of the row
     * @param k0 first element, a multiple of 256
     * @param count elements there are, at most 256
     * @param row the row's place in the block: 0 … {@link Linear#ROWS} − 1
     */
    void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row);

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
     * Rows of the tile to take next.
     *
     * @param left rows there are, a multiple of {@link Tile#ALIGNMENT}
     */
    default int tileRows(int left) {
        return Tile.rows(left);
    }

    /**
     * Multiplies the panel with the activation rows of a tile and adds the products to the outputs {@code [row][vector]}.
     *
     * @param scratch holds the panel and the records of the rows
     * @param row the first row's place in the block
     * @param outAt the rows' outputs
     * @param rows what {@link #tileRows} says
     */
    void multiply(Scratch scratch, int row, int outAt, int rows);
}
