package dev.tegula.kernel;

import dev.tegula.tensor.Dim;

/** Which rows of a batch a step computes. */
public enum RowCount {
    /** One row per token. */
    TOKENS,
    /** One row per wanted output. */
    OUTPUTS;

    /** The rows of a value with this dimension. */
    public static RowCount of(Dim rows) {
        if (rows.equals(Dim.TOKENS)) {
            return TOKENS;
        }
        if (rows.equals(Dim.OUTPUTS)) {
            return OUTPUTS;
        }
        throw new IllegalArgumentException("a step computes T or O rows, not " + rows);
    }

    /** How many there are in a batch. */
    public int in(Batch batch) {
        return this == TOKENS ? batch.rows() : batch.outputs();
    }
}
