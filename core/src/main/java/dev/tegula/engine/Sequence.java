package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.BlockPool;
import dev.tegula.kv.BlockTable;
import java.util.Arrays;

/**
 * The tokens of a session and how many of them its KV cache holds:
 *
 * <pre>
 * tokens: | cached (keys and values are in the blocks) | known, yet to go through the model |
 * </pre>
 *
 * Used by one thread at a time: the scheduler's during a request, the session's otherwise. Allocates nothing after
 * construction.
 */
final class Sequence implements AutoCloseable {
    private final int context;
    private final int[] tokens;
    private final BlockTable table;
    private int length;
    private int cached;

    Sequence(BlockPool pool, int context) {
        this.context = context;
        // One more than the context: the last token chosen needs no position of its own.
        this.tokens = new int[context + 1];
        this.table = new BlockTable(pool, context);
    }

    /**
     * Replaces the tokens by a prompt, keeping the KV of their common beginning. At least the prompt's last token stays
     * to be computed, since its logits are wanted.
     *
     * @return how many tokens are kept
     */
    int begin(int[] prompt) {
        int limit = Math.min(cached, prompt.length - 1);
        int mismatch = Arrays.mismatch(tokens, 0, limit, prompt, 0, limit);
        rollBack(mismatch < 0 ? limit : mismatch);
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        length = prompt.length;
        return cached;
    }

    /** Forgets the KV from a position on. */
    void rollBack(int positions) {
        cached = Math.min(cached, positions);
        length = Math.min(length, positions);
        table.shrink(positions);
    }

    /** Tokens known but not computed. */
    int pending() {
        return length - cached;
    }

    /** Positions computed. */
    int cached() {
        return cached;
    }

    /** Whether no position is left for the pending tokens. */
    boolean full() {
        return length > context;
    }

    /** Appends a chosen token. */
    void append(int token) {
        tokens[length++] = token;
    }

    int token(int index) {
        return tokens[index];
    }

    /**
     * Adds the next rows to a batch, taking the KV blocks they need.
     *
     * @param rows how many, at most {@link #pending()}
     * @throws dev.tegula.kv.KvExhaustedException when the pool runs dry; the batch is as before
     */
    void addTo(Batch batch, int rows) {
        table.grow(cached + rows);
        batch.addSequence(table.blocks(), table.count());
        for (int i = 0; i < rows; i++) {
            int position = cached + i;
            batch.addRow(tokens[position], position, position == length - 1);
        }
    }

    /** Notes that the next rows were computed. */
    void computed(int rows) {
        cached += rows;
    }

    @Override
    public void close() {
        rollBack(0);
    }
}
