package dev.tegula.kernel.conform;

/** How far elements of a result may be from the twin's. */
@FunctionalInterface
interface Tolerance {
    /** The same bits. */
    Tolerance NONE = (row, col) -> 0;

    /**
     * Of one element.
     *
     * @return 0 for the same bits; infinity or NaN where nothing is promised
     */
    double of(long row, int col);
}
