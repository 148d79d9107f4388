package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;

/** A register tile: some activation rows times the two vectors of weight rows of a {@link Panel}. */
final class Tile {
    /** Outputs of a row of a tile: the lanes of two vectors. */
    static final int STEP = 2 * Lanes.COUNT;
    /** Floats from block to block in a tile's {@link Memory#SUMS}. */
    static final int SUMS = TallTile.ROWS * STEP;

    /** Rows of a block are filled up to a multiple. */
    static final int ALIGNMENT = LowTile.ROWS;

    private Tile() {}

    /** Rows of the tile to take next where so many padded ones are left. */
    static int rows(int left) {
        return left >= TallTile.ROWS ? TallTile.ROWS : LowTile.ROWS;
    }

    /** So many rows and those that fill up the last tile. */
    static int padded(int rows) {
        return Math.ceilDiv(rows, ALIGNMENT) * ALIGNMENT;
    }

    /**
     * Sums of integer products over blocks along k, {@code sums[block][row][vector]}, to {@link Memory#SUMS}. Exact where
     * every partial sum is below 2^24.
     *
     * @param p holds the panel
     * @param at float records of the rows in {@code f}
     * @param rows {@link TallTile#ROWS} or {@link LowTile#ROWS}
     * @param length elements of a block: 32, 64, 128 or 256
     */
    static void sums(MemorySegment p, float[] f, int at, int rows, int length) {
        if (rows == TallTile.ROWS) {
            TallTile.sums(p, f, at, length);
        } else {
            LowTile.sums(p, f, at, length);
        }
    }

    /** Adds 256 products to each of the outputs {@code c[row][vector]}, in the order of k. */
    static void floats(MemorySegment p, float[] f, int at, int outAt, int rows) {
        if (rows == TallTile.ROWS) {
            TallTile.floats(p, f, at, outAt);
        } else {
            LowTile.floats(p, f, at, outAt);
        }
    }
}
