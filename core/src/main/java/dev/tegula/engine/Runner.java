package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.tensor.TensorView;

/** What the scheduler needs of an executor. */
interface Runner {
    /**
     * Computes a batch; one call at a time.
     *
     * @return false when aborted: then the KV of the batch's rows is undefined and there are no logits
     */
    boolean run(Batch batch);

    /** Makes the call in flight, or if there is none possibly the next one, return early. Thread-safe. */
    void abort();

    /**
     * F32, row i for the i-th output row of the last batch, which is there after {@link #fetch}; the same object as long as the
     * memory is the same.
     */
    TensorView logits();

    /** Makes sure that a row of the logits is in memory, wherever it was computed. */
    void fetch(int row);
}
