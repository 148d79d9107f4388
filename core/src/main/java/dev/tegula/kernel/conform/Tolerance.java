package dev.tegula.kernel.conform;

/** How far elements of a result may be from what they should be. */
@FunctionalInterface
interface Tolerance {
    /** The same bits. */
    Tolerance NONE = (row, col) -> 0;

    /**
     * Of one element.
     *
     * @return 0 for the same bits; infinity where nothing is promised; NaN where an operand that it depends on is NaN, so that
     *         it must be NaN where the twin's is
     */
    double of(long row, int col);

    /**
     * What an element is measured by.
     *
     * @param twin the twin's result
     * @return the same, or the number that twin and kernel round
     */
    default double right(long row, int col, double twin) {
        return twin;
    }
}
