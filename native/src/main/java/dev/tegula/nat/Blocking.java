package dev.tegula.nat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a linear layer in C is cut into blocks that the caches hold; linear_loops.h says what is done with them. No result
 * depends on it. The columns of a register tile, nr, are always two vectors.
 *
 * @param mc rows of activations that are worked on together at most; whole tiles
 * @param nc output columns of a block, where not all of k fits; a multiple of 64, whole panels of each of two matrices
 * @param kc elements of k whose decoded weights are multiplied together; a multiple of 32, at most {@value #CHUNK}
 * @param mr rows of a register tile
 * @param records bytes of the activations of a block, as the tiles want them
 */
record Blocking(int mc, int nc, int kc, int mr, int records) {
    /** Elements of k that are recorded and decoded together. */
    static final int CHUNK = 256;
    /** Of linear.h: sums, and bytes of records, that the scratch memory has room for. */
    static final int MAX_SUMS = 192 * 1024;
    static final int MAX_RECORDS = 1152 * 1024;
    /** Rows of the tallest tile. */
    static final int MAX_TILE = 16;

    /** Two matrices, each with panels of 32 columns. */
    private static final int COLUMNS = 64;
    private static final int PANEL = 32;
    private static final int STEP = 32;
    /** Bytes of the largest record of a chunk, that of floats. */
    private static final int RECORD = CHUNK * Float.BYTES;

    /** Refuses what C has no room or no code for. */
    Blocking {
        if (mr < 1 || mr > MAX_TILE) {
            throw refused("mr", mr, "1 to " + MAX_TILE);
        }
        if (mc < mr || mc > MAX_RECORDS / RECORD || mc % mr != 0) {
            throw refused("mc", mc, "a multiple of mr = " + mr + " up to " + MAX_RECORDS / RECORD);
        }
        if (nc < COLUMNS || nc % COLUMNS != 0 || mc * ((long) nc + PANEL) > MAX_SUMS) {
            throw refused("nc", nc, "a multiple of " + COLUMNS + " with mc * (nc + " + PANEL + ") up to " + MAX_SUMS
                    + ", mc being " + mc);
        }
        if (kc < STEP || kc > CHUNK || kc % STEP != 0) {
            throw refused("kc", kc, "a multiple of " + STEP + " up to " + CHUNK);
        }
        if (records < mc * RECORD || records > MAX_RECORDS) {
            throw refused("records", records, mc * RECORD + " (" + mc + " rows of a chunk) to " + MAX_RECORDS);
        }
    }

    private static IllegalArgumentException refused(String name, int value, String range) {
        return new IllegalArgumentException(name + " is " + value + ", not " + range);
    }

    /**
     * Refuses what an instruction set has no tile for.
     *
     * @return this
     */
    Blocking checked(Isa isa, LinearKind kind) {
        if (!isa.hasTile(kind, mr)) {
            throw refused("mr", mr, isa.tileRows(kind) + ", or 8, 4, 2 or 1 below it (" + isa.engine() + ", "
                    + kind.label() + ")");
        }
        if (kind != LinearKind.FLOATS && kc != CHUNK) {
            throw refused("kc", kc, CHUNK + ", for other kinds than floats");
        }
        return this;
    }

    /** The same with other rows of blocks, rounded down to whole tiles. */
    Blocking withRows(int rows) {
        return new Blocking(rows / mr * mr, nc, kc, mr, records);
    }

    /** The same with other columns of blocks. */
    Blocking withColumns(int columns) {
        return new Blocking(mc, columns, kc, mr, records);
    }

    /** The same with other steps of k. */
    Blocking withStep(int step) {
        return new Blocking(mc, nc, step, mr, records);
    }

    /** The same with a tile of other rows. */
    Blocking withTile(int rows) {
        return new Blocking(mc / rows * rows, nc, kc, rows, records);
    }

    /** The same with other room for records. */
    Blocking withRecords(int bytes) {
        return new Blocking(mc, nc, kc, mr, bytes);
    }

    /**
     * Reads what {@link #toString} has written.
     *
     * @throws IllegalArgumentException when it is something else, or out of range
     */
    static Blocking parse(String text) {
        // Few starts read any, so the pattern is not kept.
        Matcher m = Pattern.compile("mc (\\d{1,9}), nc (\\d{1,9}), kc (\\d{1,9}), mr (\\d{1,9}), records (\\d{1,9})")
                .matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("no blocking: " + text.substring(0, Math.min(text.length(), 80)));
        }
        return new Blocking(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)),
                Integer.parseInt(m.group(4)), Integer.parseInt(m.group(5)));
    }

    @Override
    public String toString() {
        return "mc " + mc + ", nc " + nc + ", kc " + kc + ", mr " + mr + ", records " + records;
    }
}
