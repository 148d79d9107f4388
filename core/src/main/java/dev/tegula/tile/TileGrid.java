package dev.tegula.tile;

/**
 * How an op's output is cut into tiles, and those into portions: every portion is a run of tiles. Here is also the policy of
 * all engines on how many portions a call is cut into.
 *
 * @param n elements that are cut, such as the output's columns; all rows of the output belong to each tile
 * @param tile how many of them a tile has; the last may have fewer
 */
public record TileGrid(long n, int tile) {
    /** Portions per worker, so that one that was held up does not hold up all, and costs may differ. */
    private static final int PER_WORKER = 8;
    /** Bytes that must be read for a portion to be worth its start. */
    private static final long PORTION_BYTES = 64 << 10;

    /** Refuses empty tiles. */
    public TileGrid {
        if (n < 0 || tile < 1 || Math.ceilDiv(n, tile) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(n + " elements in tiles of " + tile);
        }
    }

    /** How many tiles there are. */
    public int tiles() {
        return (int) Math.ceilDiv(n, tile);
    }

    /** As many portions as are wanted, but at most one per tile, and at least one. */
    public int portions(long wanted) {
        return (int) Math.min(tiles(), Math.max(wanted, 1));
    }

    /**
     * Portions of a call whose time goes into reading.
     *
     * @param bytes all that is read
     */
    public int portionsToRead(long bytes, int workers) {
        return portions(Math.min((long) PER_WORKER * workers, bytes / PORTION_BYTES));
    }

    /**
     * Portions of a call whose tiles differ in cost; one where nobody shares the work.
     *
     * @param tiles how many tiles there are, 0 or more
     */
    public static int portionsOfUnequal(long tiles, int workers) {
        return (int) Math.min(tiles, workers == 1 ? 1 : (long) PER_WORKER * workers);
    }

    /** The first tile of a portion; {@code first(portion + 1, portions)} is the tile after its last. */
    public int first(int portion, int portions) {
        return (int) ((long) tiles() * portion / portions);
    }
}
