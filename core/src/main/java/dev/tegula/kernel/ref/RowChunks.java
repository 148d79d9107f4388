package dev.tegula.kernel.ref;

/** Pieces of a row for ops whose elements or blocks do not depend on each other. */
final class RowChunks {
    /** Columns per piece: four of the longest blocks, so that a piece is a microsecond of work. */
    static final int COLUMNS = 1024;

    private RowChunks() {}

    static int perRow(int cols) {
        return (cols + COLUMNS - 1) / COLUMNS;
    }
}
