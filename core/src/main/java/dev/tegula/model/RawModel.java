package dev.tegula.model;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kv.BlockPool;
import dev.tegula.kv.BlockTable;
import dev.tegula.tensor.TensorView;

/**
 * A model with one sequence, fed token ids by hand: for those that want logits or times rather than text. For one thread at a
 * time.
 */
public final class RawModel implements AutoCloseable {
    private final Model model;
    private final Batch batch;
    private final BlockTable table;
    private final int context;
    private int position;

    /** Takes a model over, and closes it when it is closed itself. */
    public RawModel(Model model) {
        this.model = model;
        this.batch = model.newBatch();
        this.context = model.plan().limits().context();
        this.table = new BlockTable(new BlockPool(model.plan().limits().blocks()), context);
    }

    /** The model. */
    public Model model() {
        return model;
    }

    /** Positions there are. */
    public int context() {
        return context;
    }

    /** Rows of one call at most. */
    public int maxRows() {
        return batch.maxRows();
    }

    /** Positions fed so far. */
    public int position() {
        return position;
    }

    /** Forgets all positions. */
    public void reset() {
        shrink(0);
    }

    /**
     * Forgets the last positions.
     *
     * @param positions that stay, at most {@link #position()}
     * @throws IllegalArgumentException if they are not there
     */
    public void shrink(int positions) {
        if (positions < 0 || positions > position) {
            throw new IllegalArgumentException("positions " + positions + ": from 0 to the " + position
                    + " that were fed");
        }
        table.shrink(positions);
        position = positions;
    }

    /**
     * Checks tokens that are to be fed, before anything is made of them.
     *
     * @throws IllegalArgumentException if they do not fit the context or an id is not in the vocabulary
     */
    public void check(int[] tokens) {
        checkRoom(tokens.length);
        for (int token : tokens) {
            checkToken(token);
        }
    }

    private void checkRoom(int count) {
        if (count > context - position) {
            throw new IllegalArgumentException(
                    "the context holds " + context + " tokens, " + (position + count) + " were fed");
        }
    }

    private void checkToken(int token) {
        int vocabulary = model.spec().vocabulary();
        if (token < 0 || token >= vocabulary) {
            throw new IllegalArgumentException(
                    "token id " + token + " is not in the vocabulary, ids go from 0 to " + (vocabulary - 1));
        }
    }

    /**
     * Feeds the next tokens in one call.
     *
     * @param tokens ids
     * @param from the first one to feed
     * @param count how many, at most {@link #maxRows()}
     * @param outputs how many of the last ones have their logits computed
     * @return the logits, row by row; valid until the next call
     * @throws IllegalArgumentException if the context is full or an id is not in the vocabulary
     */
    public TensorView feed(int[] tokens, int from, int count, int outputs) {
        checkRoom(count);
        table.grow(position + count);
        batch.clear();
        batch.addSequence(table.blocks(), table.count());
        for (int i = 0; i < count; i++) {
            int token = tokens[from + i];
            checkToken(token);
            batch.addRow(token, position + i, i >= count - outputs);
        }
        model.executor().run(batch);
        position += count;
        return model.executor().logits();
    }

    /**
     * Feeds tokens in calls of the same length, with the logits of the last of each: with one row as an answer is decoded, with many
     * as a prompt is read.
     *
     * @param rows of a call, from 1 to {@link #maxRows()}
     * @throws IllegalArgumentException as {@link #feed}
     */
    public void feedAll(int[] tokens, int rows) {
        for (int from = 0; from < tokens.length; from += rows) {
            feed(tokens, from, Math.min(rows, tokens.length - from), 1);
        }
    }

    /**
     * What {@link #feedAll} costs.
     *
     * @param before positions fed before
     * @param tokens how many
     * @param rows of a call
     */
    public Cost cost(int before, int tokens, int rows) {
        Cost cost = new Cost(0, 0);
        for (int from = 0; from < tokens; from += rows) {
            int count = Math.min(rows, tokens - from);
            cost = cost.plus(model.plan().costAfter(before + from, count));
        }
        return cost;
    }

    /** Ids to measure with. Any will do, the arithmetic is the same; spread, so that embedding rows are not all in a cache. */
    public int[] anyTokens(int count) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = (int) ((i * 2_654_435_761L & Long.MAX_VALUE) % model.spec().vocabulary());
        }
        return tokens;
    }

    @Override
    public void close() {
        model.close();
    }
}
