package dev.tegula.model;

import dev.tegula.kernel.Batch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Feeds tokens to a model without an engine and collects logits. One sequence, in KV blocks of any order. */
public final class Evaluation {
    private final Model model;
    private final Batch batch;
    private final int[] blocks;
    private int position;

    public Evaluation(Model model) {
        this(model, 0);
    }

    /** A sequence whose KV blocks begin at a block of the pool. */
    public Evaluation(Model model, int firstBlock) {
        this.model = model;
        this.batch = model.newBatch();
        this.blocks = new int[model.plan().limits().blocksPerSession()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = firstBlock + blocks.length - 1 - i;
        }
    }

    /** Feeds tokens in one call and returns the logits of each. */
    public List<float[]> feed(int... tokens) {
        batch.clear();
        add(batch, tokens);
        model.executor().run(batch);
        return logits(model, tokens.length);
    }

    /** Adds the tokens as the batch's next sequence, all rows wanted. */
    public void add(Batch shared, int... tokens) {
        shared.addSequence(blocks, blocks.length);
        for (int token : tokens) {
            shared.addRow(token, position++, true);
        }
    }

    /** The first rows of the model's logits. */
    public static List<float[]> logits(Model model, int rows) {
        TensorView view = model.executor().logits();
        List<float[]> result = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            result.add(view.segment().asSlice(view.rowOffset(i), 4L * view.cols()).toArray(ValueLayout.JAVA_FLOAT));
        }
        return result;
    }

    /** The index of the largest. */
    public static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
