package dev.tegula.cli;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.BlockPool;
import dev.tegula.kv.BlockTable;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;

/** A model with one sequence, fed token ids by hand: for commands that want logits rather than text. */
final class RawModel implements AutoCloseable {
    private final Model model;
    private final Batch batch;
    private final BlockTable table;
    private final int context;
    private int position;

    private RawModel(Model model) {
        this.model = model;
        this.batch = model.newBatch();
        this.context = model.plan().limits().context();
        this.table = new BlockTable(new BlockPool(model.plan().limits().blocks()), context);
    }

    /**
     * Loads a model.
     *
     * @param rows rows of one call at most
     * @param outputs rows of one call whose logits are wanted at most
     * @param context positions, used unless the options say otherwise; 0 for the model's
     */
    static RawModel open(ModelOptionsMixin options, Terminal terminal, DType kv, int rows, int outputs, int context)
            throws IOException {
        try (Progress progress = new Progress(terminal, "loading")) {
            ModelOptions how = options.options(kv, progress::update).withRows(rows, outputs);
            if (!options.hasContext()) {
                how = how.withContext(context);
            }
            return new RawModel(Model.load(options.file().open(options.model()), how));
        }
    }

    Model model() {
        return model;
    }

    /** Positions there are. */
    int context() {
        return context;
    }

    /** Rows of one call at most. */
    int maxRows() {
        return batch.maxRows();
    }

    /** Positions fed so far. */
    int position() {
        return position;
    }

    /** Forgets all positions. */
    void reset() {
        table.shrink(0);
        position = 0;
    }

    /**
     * Checks tokens that are to be fed, before anything is made of them.
     *
     * @throws CommandException if they do not fit the context or an id is not in the vocabulary
     */
    void check(int[] tokens) {
        checkRoom(tokens.length);
        for (int token : tokens) {
            checkToken(token);
        }
    }

    private void checkRoom(int count) {
        if (count > context - position) {
            throw new CommandException("the context holds " + context + " tokens, " + (position + count) + " were fed");
        }
    }

    private void checkToken(int token) {
        int vocabulary = model.spec().vocabulary();
        if (token < 0 || token >= vocabulary) {
            throw new CommandException(
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
     * @throws CommandException if the context is full or an id is not in the vocabulary
     */
    TensorView feed(int[] tokens, int from, int count, int outputs) {
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

    @Override
    public void close() {
        model.close();
    }
}
