package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.Storage;

/** What a plan states, allocated and loaded, with its kernels bound: ready to run. */
public final class PlanMemory implements AutoCloseable {
    private final Plan plan;
    private final Storage storage;
    private final Executor executor;
    private final WarmUp warmUp;

    private PlanMemory(Plan plan, Storage storage, WeightSource source, Workers workers, Loading loading) {
        this.plan = plan;
        this.storage = storage;
        long total = plan.weightBytes() + plan.cold().map(Plan::weightBytes).orElse(0L);
        WeightLoader loader = new WeightLoader(source, workers, loading, total);
        LoadedWeights weights = new LoadedWeights(storage, source);
        weights.load(plan, loader);
        plan.cold().ifPresent(cold -> weights.load(cold, loader));
        weights.evaluateConstants(plan);
        BoundPlan bound = new BoundPlan(plan, plan.kv(), weights, storage);
        Scratch[] scratch = new Scratch[workers.count()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Scratch.allocate(storage, plan.scratch());
        }
        this.executor = new Executor(workers, bound.bind(plan.cold().orElse(plan)), bound.logits(plan), scratch);
        this.warmUp = plan.cold().isPresent() ? new WarmUp(plan, weights, bound.bind(plan), executor) : null;
    }

    /**
     * Allocates what a plan states, loads the weights and binds the kernels.
     *
     * @param plan the plan
     * @param name what the memory is for, as messages show it
     * @param source the weights' bytes
     * @param workers who will run the plan; they also load it
     * @param loading told of the progress
     * @throws OutOfMemoryError when the memory is not there; the message has the bytes
     */
    public static PlanMemory load(Plan plan, String name, WeightSource source, Workers workers, Loading loading) {
        Storage storage = new Storage(name);
        try {
            return new PlanMemory(plan, storage, source, workers, loading);
        } catch (RuntimeException | Error e) {
            storage.close();
            throw e;
        }
    }

    /** Runs batches; for one thread at a time. */
    public Executor executor() {
        return executor;
    }

    /** A batch of the plan's size; its memory goes with the plan's. */
    public Batch newBatch() {
        return new Batch(storage, plan.limits().batchRows(), plan.limits().sessions(),
                plan.limits().blocksPerSession());
    }

    /** Bytes allocated so far: those that the plan stated, the batch among them once there is one. */
    long allocatedBytes() {
        return storage.bytes() + plan.limits().threads() * (plan.scratch().totalBytes() - plan.scratch().bytes());
    }

    /** Frees the memory. Must not be called while a batch is run. Idempotent. */
    @Override
    public void close() {
        if (warmUp != null) {
            warmUp.close();
        }
        storage.close();
    }
}
