package dev.tegula.engine;

import dev.tegula.exec.Executor;
import dev.tegula.kernel.Batch;
import dev.tegula.tensor.TensorView;

/** A model's executor. */
record ModelRunner(Executor executor) implements Runner {
    @Override
    public boolean run(Batch batch) {
        return executor.run(batch);
    }

    @Override
    public void abort() {
        executor.abort();
    }

    @Override
    public TensorView logits() {
        return executor.logitsMemory();
    }

    @Override
    public void fetch(int row) {
        executor.fetch(row);
    }
}
