package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a plan states, allocated and loaded, with its kernels bound: ready to run. */
public final class PlanMemory implements AutoCloseable {
    private final Plan plan;
    private final Storage storage;
    private final Optional<DeviceMemory> device;
    private final long mappedBytes;
    private final Executor executor;
    private final WarmUp warmUp;

    private PlanMemory(Plan plan, Storage storage, LoadedWeights weights, Optional<DeviceMemory> device,
            long mappedBytes, Workers workers) {
        this.plan = plan;
        this.storage = storage;
        this.device = device;
        this.mappedBytes = mappedBytes;
        BoundPlan bound = new BoundPlan(plan, plan.hostKv(), weights, storage, device);
        Scratch[] scratch = new Scratch[workers.count()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Scratch.allocate(storage, plan.scratch());
        }
        TensorView logits = bound.logits(plan);
        this.executor = new Executor(workers, bound.bind(plan.cold().orElse(plan)), logits,
                device.flatMap(memory -> memory.logits(plan, logits)).orElse(null), scratch);
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
     * @throws OutOfMemoryError when the memory is not there, here or on the device; the message has the bytes
     * @throws dev.tegula.device.DeviceException when the device fails
     */
    public static PlanMemory load(Plan plan, String name, WeightSource source, Workers workers, Loading loading) {
        return load(plan, name, source, workers, loading, Optional.empty());
    }

    /**
     * The same, with weights mapped from a cache file, which is made first if need be; packed in memory when that fails.
     *
     * @param cache the file
     * @throws IllegalArgumentException when the source has no identity that a cache could go by
     */
    public static PlanMemory load(Plan plan, String name, WeightSource source, Workers workers, Loading loading,
            Optional<WeightCache> cache) {
        Storage storage = new Storage(name);
        Optional<DeviceMemory> device = plan.device().map(DeviceMemory::new);
        try {
            LoadedWeights weights = new LoadedWeights(storage, source);
            List<Plan.Weight> needed = plan.cacheable();
            PackedWeights packed = new PackedWeights(needed, source, workers, loading, storage);
            Map<Plan.Weight, MemorySegment> mapped = new HashMap<>();
            cache.flatMap(file -> packed.open(file, name))
                    .ifPresent(file -> IntStream.range(0, needed.size())
                            .forEach(i -> mapped.put(needed.get(i), file.get(i))));
            WeightLoader loader = packed.loader();
            for (Plan.Weight weight : plan.allWeights()) {
                MemorySegment segment = mapped.get(weight);
                weights.put(weight, segment == null
                        ? loader.load(weight, storage.allocate(weight.bytes()))
                        : segment);
            }
            weights.evaluateConstants(plan);
            device.ifPresent(memory -> memory.load(loader, mapped, weights));
            long mappedBytes = mapped.isEmpty() ? 0 : plan.cacheableBytes();
            return new PlanMemory(plan, storage, weights, device, mappedBytes, workers);
        } catch (RuntimeException | Error e) {
            device.ifPresent(DeviceMemory::close);
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

    /** Bytes of weights that are mapped from a cache file and therefore not allocated, although the plan states them. */
    public long mappedBytes() {
        return mappedBytes;
    }

    /**
     * Bytes allocated so far: those that the plan stated but for the mapped ones, the batch among them once there is one.
     */
    long allocatedBytes() {
        return storage.bytes() + plan.limits().threads() * (plan.scratch().totalBytes() - plan.scratch().bytes());
    }

    /** Frees the memory. Must not be called while a batch is run. Idempotent. */
    @Override
    public void close() {
        if (warmUp != null) {
            warmUp.close();
        }
        device.ifPresent(DeviceMemory::close);
        storage.close();
    }
}
