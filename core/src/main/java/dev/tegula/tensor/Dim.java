package dev.tegula.tensor;

/**
 * The number of rows of a value: a fixed number, or a symbol whose value is known when a batch is run.
 *
 * @param symbol the symbol, or null for a fixed number
 * @param size the fixed number, 0 for symbols
 */
public record Dim(String symbol, long size) {
    /** Rows of the batch: one per token that is evaluated. */
    public static final Dim TOKENS = new Dim("T", 0);
    /** Rows of the batch whose logits are wanted. */
    public static final Dim OUTPUTS = new Dim("O", 0);
    /** Positions that the KV cache can hold. */
    public static final Dim CONTEXT = new Dim("C", 0);

    /** A fixed number of rows. */
    public static Dim of(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("dimension " + size);
        }
        return new Dim(null, size);
    }

    /** Whether the number is known only when a batch is run. */
    public boolean isSymbolic() {
        return symbol != null;
    }

    @Override
    public String toString() {
        return isSymbolic() ? symbol : Long.toString(size);
    }
}
