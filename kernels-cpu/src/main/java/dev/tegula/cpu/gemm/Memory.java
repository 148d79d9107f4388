package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;

/**
 * A linear layer's scratch memory.
 *
 * <pre>
 * bytes   | {@link Panel} |
 * floats  | a {@link Tile}'s sums | scales of a panel or a GEMV | outputs of few rows |
 *         | rows as float records, few or {@link Linear#ROWS} | outputs of many |
 * ints    | sums of a GEMV or a tile | scales and minimums | decoded codes and zero points |
 *         | rows as records of pairs or tables, few or {@link Linear#ROWS} |
 * </pre>
 *
 * <p>A panel's elements, which a tile reads in whole vectors again and again, are in native memory, since nobody can say where
 * an array begins: a vector across two cache lines costs twice. All else is in arrays, which need less of the compiler.
 *
 * <p>There is room for rows as float records and as records of pairs, whatever a kernel's kind: workers keep what the largest
 * kernel needs, and models mix formats.
 *
 * <p>Constants only, for the widest vectors: the class is loaded where the vector module may be missing.
 */
final class Memory {
    /** Lanes of the widest vector. */
    private static final int LANES = 16;
    /** Rows that are multiplied one by one. */
    private static final int FEW = Linear.FIRST_GEMM_ROWS - 1;

    /** Blocks whose sums and scales a GEMV has in memory at a time: 12 KiB. */
    static final int CHUNK = 32;

    /** In bytes: a panel. */
    static final long PANEL = 0;
    private static final long BYTES = PANEL + 2 * Rows.LENGTH * 4 * LANES;

    /** In floats: sums of a tile, {@code [block][row][vector]}. */
    static final int SUMS = 0;
    /** In floats: scales of a panel, or of {@link #CHUNK} blocks in a GEMV, two vectors each. */
    static final int SCALES = SUMS + 8 * TallTile.ROWS * 2 * LANES;
    /** In floats: outputs of few rows, {@code [matrix][row][vector]}. */
    static final int FEW_OUT = SCALES + Math.max(CHUNK, Panel.SCALE_VECTORS) * 2 * LANES;
    /** In floats: records of rows. */
    static final int ROWS = FEW_OUT + 2 * FEW * 2 * LANES;
    /** In floats: outputs of a block of rows, {@code [panel][matrix][row][vector]}. */
    static final int OUT = ROWS + Linear.ROWS * Rows.FLOATS;

    /**
     * In ints: sums of a GEMV, two vectors to a block or a part of one, two parts to a block of {@link #CHUNK}; or those of a
     * {@link PairTile}, of up to 16 sub-blocks.
     */
    static final int INT_SUMS = 0;
    /** In ints: scales of a panel's sub-blocks, 16 times two vectors. */
    static final int INT_SCALES = INT_SUMS + Math.max(2 * CHUNK, 16 * PairTile.TALL) * 2 * LANES;
    /** In ints: minimums of a panel's sub-blocks, 8 times two vectors. */
    static final int INT_MINS = INT_SCALES + 16 * 2 * LANES;
    /**
     * In ints: 256 codes of a vector of rows as bytes, four to a lane, 8 words to a block of 32; or the 32 bytes of half a block
     * of ternary codes, one to a lane.
     */
    static final int INT_WORDS = INT_MINS + 8 * 2 * LANES;
    /** In ints: the zero points of their blocks, a vector each. */
    static final int INT_ZEROS = INT_WORDS + Rows.LENGTH / 4 * LANES;
    /** In ints: the sums of as many blocks, all planes together. */
    static final int INT_TOTALS = INT_ZEROS + Rows.LENGTH / 32 * LANES;
    /** In ints: one that takes what was read for the caches' sake only, so that the compiler keeps the reading. */
    static final int INT_TOUCHED = INT_TOTALS + Rows.LENGTH / 32 * LANES;
    /** In ints: rows as records of pairs, or of tables. */
    static final int INT_ROWS = INT_TOUCHED + LANES;

    private Memory() {}

    /**
     * What a worker needs.
     *
     * @param k columns of the weights
     * @param n rows of a weight matrix
     * @param matrices 1 or 2
     * @param record ints that 256 elements of a row take, if there are few rows
     */
    static Scratch.Size size(int k, int n, int matrices, int record) {
        int chunks = Math.ceilDiv(k, 256);
        int few = ROWS + FEW * chunks * Rows.FLOATS;
        int columns = Math.min(Linear.COLUMNS, matrices * Math.ceilDiv(n, 2 * LANES) * 2 * LANES);
        int many = OUT + Linear.ROWS * columns;
        int records = Math.max(FEW * chunks * record, Linear.ROWS * Rows.PAIRS);
        return new Scratch.Size(BYTES, Math.max(few, many), INT_ROWS + records + LANES);
    }
}
