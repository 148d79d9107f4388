package dev.tegula.model;

import dev.tegula.exec.Executor;
import dev.tegula.exec.Plan;
import dev.tegula.exec.PlanMemory;
import dev.tegula.exec.Workers;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.graph.Graph;
import dev.tegula.kernel.Batch;
import dev.tegula.kv.KvLayout;

/**
 * A model that is ready to run: weights in memory, kernels bound, workers started. The file stays open, since rows of the
 * embedding are looked up in it, and is closed with the model.
 *
 * <p>Its parts are immutable, but only one thread at a time may run its executor. After {@link #close} a run throws
 * {@link IllegalStateException}.
 */
public final class Model implements AutoCloseable {
    private final GgufFile file;
    private final ModelPlan planned;
    private final PlanMemory memory;
    private final Workers workers;

    private Model(GgufFile file, ModelPlan planned, PlanMemory memory, Workers workers) {
        this.file = file;
        this.planned = planned;
        this.memory = memory;
        this.workers = workers;
    }

    /**
     * Plans a model, allocates what the plan states and loads the weights.
     *
     * @param file the open file; the model closes it, also when loading fails
     * @param options threads, context and so on
     * @throws ModelException and others as {@link ModelPlan#of}
     * @throws IllegalArgumentException when there shall be a weight cache of a model that is not in files
     * @throws OutOfMemoryError when the plan's memory is not there; the message has its bytes
     */
    public static Model load(GgufFile file, ModelOptions options) {
        Workers workers = null;
        try {
            ModelPlan planned = ModelPlan.of(file, options);
            workers = new Workers(planned.plan().limits().threads());
            PlanMemory memory = PlanMemory.load(planned.plan(), file.name(), planned.weights(), workers,
                    options.loading(), options.weightCache());
            return new Model(file, planned, memory, workers);
        } catch (RuntimeException | Error e) {
            if (workers != null) {
                workers.close();
            }
            file.close();
            throw e;
        }
    }

    /** Hyper-parameters. */
    public ModelSpec spec() {
        return planned.spec();
    }

    /** The graph as the family's builder made it, before all passes. */
    public Graph graph() {
        return planned.graph();
    }

    /** Kernels and memory. */
    public Plan plan() {
        return planned.plan();
    }

    /** Bytes of the plan's weights that are mapped from a weight cache; the rest of the plan is allocated. */
    public long mappedBytes() {
        return memory.mappedBytes();
    }

    /** Runs batches; for one thread at a time. */
    public Executor executor() {
        return memory.executor();
    }

    /** The KV cache's layout. */
    public KvLayout kvLayout() {
        return planned.plan().kv();
    }

    /** The model file. */
    public GgufFile file() {
        return file;
    }

    /** A batch of the plan's size; its memory is the model's. */
    public Batch newBatch() {
        return memory.newBatch();
    }

    /** Ends the workers and frees all memory. Must not be called while a batch is run. Idempotent. */
    @Override
    public void close() {
        workers.close();
        memory.close();
        file.close();
    }
}
