package dev.tegula.model;

import dev.tegula.device.Device;
import dev.tegula.exec.Limits;
import dev.tegula.exec.Loading;
import dev.tegula.exec.WeightCache;
import dev.tegula.kernel.KernelTable;
import dev.tegula.tensor.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * How a model is made ready to run.
 *
 * @param threads workers; 0 for one per available processor
 * @param context positions per session; 0 for the model's own context, but at most {@link #DEFAULT_CONTEXT}
 * @param sessions sessions at the same time, at most
 * @param batchRows rows of one call at most: the length of a prefill chunk
 * @param outputRows rows of one call whose logits can be read, at most; 0 for one per session
 * @param kvType format of the KV cache, one of {@link dev.tegula.kv.KvLayout#TYPES}
 * @param kernels the kernels to choose from
 * @param loading told of the progress of loading
 * @param weightCache keeps packed weights in a file, to be mapped the next time; empty to pack in memory each time
 * @param device runs what it has kernels and room for; must stay open as long as the model; empty for the host alone
 */
public record ModelOptions(int threads, int context, int sessions, int batchRows, int outputRows, DType kvType,
        KernelTable kernels, Loading loading, Optional<WeightCache> weightCache,
        Optional<Device> device) {
    /** Positions per session when nothing is said. */
    public static final int DEFAULT_CONTEXT = 4096;
    /** Positions per session at most, whatever the model. */
    public static final int MAX_CONTEXT = 1 << 30;

    /**
     * Refuses nulls, and numbers that fit no model; the rest is checked against the model when it is loaded.
     *
     * @throws IllegalArgumentException when a number is out of range
     */
    public ModelOptions {
        range("threads", threads, 0, Limits.MAX_THREADS);
        range("context", context, 0, MAX_CONTEXT);
        range("sessions", sessions, 1, 65536);
        range("batchRows", batchRows, 1, 65536);
        range("outputRows", outputRows, 0, batchRows);
        Objects.requireNonNull(kvType, "kvType");
        Objects.requireNonNull(kernels, "kernels");
        Objects.requireNonNull(loading, "loading");
        Objects.requireNonNull(weightCache, "weightCache");
        Objects.requireNonNull(device, "device");
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + ": must be " + min + " … " + max);
        }
    }

    /**
     * One session, all processors, F16 cache, the kernels found on the class or module path.
     *
     * @throws IllegalArgumentException as {@link KernelTable#load}
     */
    public static ModelOptions defaults() {
        return new ModelOptions(0, 0, 1, 512, 0, DType.F16, KernelTable.load(), Loading.SILENT,
                Optional.empty(), Optional.empty());
    }

    /** The same with other threads; 0 for one per available processor. */
    public ModelOptions withThreads(int n) {
        return new ModelOptions(n, context, sessions, batchRows, outputRows, kvType, kernels, loading, weightCache,
                device);
    }

    /** The same with another context per session; 0 for the default. */
    public ModelOptions withContext(int n) {
        return new ModelOptions(threads, n, sessions, batchRows, outputRows, kvType, kernels, loading, weightCache,
                device);
    }

    /** The same for more sessions at a time. */
    public ModelOptions withSessions(int n) {
        return new ModelOptions(threads, context, n, batchRows, outputRows, kvType, kernels, loading, weightCache,
                device);
    }

    /** The same with other batches. */
    public ModelOptions withRows(int batch, int output) {
        return new ModelOptions(threads, context, sessions, batch, output, kvType, kernels, loading, weightCache,
                device);
    }

    /** The same with another format of the KV cache. */
    public ModelOptions withKvType(DType type) {
        return new ModelOptions(threads, context, sessions, batchRows, outputRows, type, kernels, loading, weightCache,
                device);
    }

    /** The same with other kernels. */
    public ModelOptions withKernels(KernelTable table) {
        return new ModelOptions(threads, context, sessions, batchRows, outputRows, kvType, table, loading, weightCache,
                device);
    }

    /** The same with another listener. */
    public ModelOptions withLoading(Loading listener) {
        return new ModelOptions(threads, context, sessions, batchRows, outputRows, kvType, kernels, listener,
                weightCache, device);
    }

    /** The same with packed weights in a file; the model has to be read from files. */
    public ModelOptions withWeightCache(WeightCache cache) {
        return new ModelOptions(threads, context, sessions, batchRows, outputRows, kvType, kernels, loading,
                Optional.of(cache), device);
    }

    /**
     * The same on a device: weights, keys and values lie there, and what it has no kernel or no room for is done by the host.
     *
     * @param where the device, which stays the caller's: to be closed after the model
     */
    public ModelOptions withDevice(Device where) {
        return new ModelOptions(threads, context, sessions, batchRows, outputRows, kvType, kernels, loading,
                weightCache,
                Optional.of(where));
    }
}
