package dev.tegula.cpu.elem;

/** Pieces of a row for ops whose elements or blocks do not depend on each other. */
final class Pieces {
    /** Columns per piece: four of the longest blocks, so that a piece is not less work than handing it out. */
    static final int COLUMNS = 1024;

    private Pieces() {}

    static int perRow(int cols) {
        return (cols + COLUMNS - 1) / COLUMNS;
    }
}
