package dev.tegula.engine;

import dev.tegula.device.Device;
import dev.tegula.exec.WeightCache;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.model.ModelOptions;
import dev.tegula.tensor.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * How an engine is opened. The memory for all sessions' KV caches is taken at once: context × sessions positions.
 *
 * @param model threads, context, sessions, batches, kernels
 * @param file how the model file is read
 * @param preTokenizer name of the pre-tokenizer in place of the one the file names
 * @param queue requests that may wait for their first step, 1 or more; one more is refused
 */
public record EngineOptions(ModelOptions model, GgufOptions file, Optional<String> preTokenizer, int queue) {
    private static final int DEFAULT_QUEUE = 64;

    /** Checks the queue. */
    public EngineOptions {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(preTokenizer, "preTokenizer");
        if (queue < 1) {
            throw new IllegalArgumentException("queue must be at least 1, was " + queue);
        }
    }

    /** One session, all processors, a context of 4096 or the model's own if that is shorter, a queue of 64. */
    public static EngineOptions defaults() {
        return new EngineOptions(ModelOptions.defaults(), GgufOptions.defaults(), Optional.empty(), DEFAULT_QUEUE);
    }

    /** The same with other options of the model. */
    public EngineOptions withModel(ModelOptions options) {
        return new EngineOptions(options, file, preTokenizer, queue);
    }

    /** The same with so many threads; 0 for one per available processor. */
    public EngineOptions withThreads(int threads) {
        return withModel(model.withThreads(threads));
    }

    /** The same with so many positions per session; 0 for the default. */
    public EngineOptions withContext(int positions) {
        return withModel(model.withContext(positions));
    }

    /** The same for so many sessions at a time. */
    public EngineOptions withSessions(int sessions) {
        return withModel(model.withSessions(sessions));
    }

    /** The same with another format of the KV cache, one of {@link dev.tegula.kv.KvLayout#TYPES}; F16 if not set. */
    public EngineOptions withKvType(DType type) {
        return withModel(model.withKvType(type));
    }

    /** The same with packed weights in a file; the model has to be opened by its path. */
    public EngineOptions withWeightCache(WeightCache cache) {
        return withModel(model.withWeightCache(cache));
    }

    /** The same on a device, which stays the caller's: to be closed after the engine. */
    public EngineOptions withDevice(Device device) {
        return withModel(model.withDevice(device));
    }

    /** The same with another way to read the file. */
    public EngineOptions withFile(GgufOptions options) {
        return new EngineOptions(model, options, preTokenizer, queue);
    }

    /** The same with a pre-tokenizer given by name. */
    public EngineOptions withPreTokenizer(String name) {
        return new EngineOptions(model, file, Optional.of(Objects.requireNonNull(name, "name")), queue);
    }

    /** The same with room for so many waiting requests. */
    public EngineOptions withQueue(int requests) {
        return new EngineOptions(model, file, preTokenizer, requests);
    }
}
