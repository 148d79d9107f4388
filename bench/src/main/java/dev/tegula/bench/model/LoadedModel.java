package dev.tegula.bench.model;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kv.BlockPool;
import dev.tegula.kv.BlockTable;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Path;

/** A model with one sequence, to which tokens are given as ids. */
final class LoadedModel implements AutoCloseable {
    private final Model model;
    private final Batch batch;
    private final BlockTable table;
    private int position;

    /**
     * Loads a model.
     *
     * @param rows tokens of one call at most
     * @param context positions
     */
    LoadedModel(Path file, KernelTable kernels, int threads, int rows, int context) throws IOException {
        model = Model.load(GgufFile.open(file), ModelOptions.defaults()
                .withKernels(kernels)
                .withThreads(threads)
                .withRows(rows, 1)
                .withContext(context));
        batch = model.newBatch();
        table = new BlockTable(new BlockPool(model.plan().limits().blocks()), context);
    }

    Model model() {
        return model;
    }

    /** Goes back to a position; what came later is forgotten. */
    void reset(int to) {
        table.shrink(to);
        position = to;
    }

    /** A token of a made-up prompt: any id will do, but they should not all lie in the same row of the embedding. */
    int token(int at) {
        return (int) (at * 2_654_435_761L % model.spec().vocabulary());
    }

    /** Evaluates the next tokens in one call; the logits of the last one, valid until the next call. */
    TensorView feed(int count) {
        table.grow(position + count);
        batch.clear();
        batch.addSequence(table.blocks(), table.count());
        for (int i = 0; i < count; i++) {
            batch.addRow(token(position + i), position + i, i == count - 1);
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
