package dev.tegula.cli;

import dev.tegula.device.Device;
import dev.tegula.exec.Limits;
import dev.tegula.exec.Loading;
import dev.tegula.exec.WeightCache;
import dev.tegula.kernel.KernelTable;
import dev.tegula.model.ModelOptions;
import dev.tegula.tensor.DType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which model a command runs, and on what. Closed when the command is done, which closes the device. */
final class ModelOptionsMixin implements AutoCloseable {
    /** Formats of the KV cache. */
    enum Kv {
        f16, f32, bf16, q8_0;

        DType type() {
            return DType.valueOf(name().toUpperCase(Locale.ROOT));
        }
    }

    private static final String DEVICE_HELP = "Where the model runs: cpu, auto (the first graphics processor there is, else the "
            + "CPU) or a device that the command devices lists, such as opencl:0 (default: cpu).";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "FILE", description = "GGUF file, the first part of a split one (default: the embedded model).")
    private Path model;

    @Mixin
    private ModelFileOptions file = new ModelFileOptions();

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads, 1 to " + Limits.MAX_THREADS
            + " (default: one per processor).")
    private Integer threads;

    @Option(names = "--context", paramLabel = "N", description = "Positions of the context (default: the model's, at most "
            + ModelOptions.DEFAULT_CONTEXT
            + "; what is needed for bench, logits and perplexity).")
    private Integer context;

    @Option(names = "--kv", paramLabel = "f16|f32|bf16|q8_0", description = "Number format of the KV cache; q8_0 takes half the memory of f16.")
    private Kv kv;

    @Option(names = "--engines", paramLabel = "NAME", split = ",", description = "Use kernels of these engines only, besides the scalar one (default: all that run here).")
    private Set<String> engines;

    @Option(names = "--device", paramLabel = "DEVICE", description = DEVICE_HELP)
    private String deviceId = DeviceChoice.CPU;

    private Device device;

    @Option(names = "--weight-cache", arity = "0..1", paramLabel = "FILE", preprocessor = AttachedOnly.class, description = "Keep the weights, laid out for the kernels, in a file that later starts map instead of "
            + "reading the model (default: MODEL" + WeightCache.SUFFIX
            + "; another one must follow after =). Takes about the model's size on disk.")
    private Path weightCache;

    @Option(names = "--verify", description = "Compare the whole weight cache with its checksums before use.")
    private boolean verify;

    /** The model file, or null for the embedded model. */
    Path model() {
        return model;
    }

    /** Sets the model file where a command takes it as a parameter. */
    void model(Path path) {
        model = path;
    }

    /** How the file is read. */
    ModelFileOptions file() {
        return file;
    }

    /** Whether {@code --context} was given. */
    boolean hasContext() {
        return context != null;
    }

    /**
     * How the model is run.
     *
     * @param kvDefault format of the KV cache without {@code --kv}
     * @param loading told of the progress of loading
     * @throws ParameterException if a number is out of range, an engine or device unknown, or the weight cache one of no file
     * @throws UnsupportedOperationException if there is no device of that kind here, with the reason
     */
    ModelOptions options(DType kvDefault, Loading loading) {
        DType kvType = kv == null ? kvDefault : kv.type();
        ModelOptions options = ModelOptions.defaults()
                .withThreads(ranged("--threads", threads, Limits.MAX_THREADS))
                .withContext(ranged("--context", context, ModelOptions.MAX_CONTEXT))
                .withKvType(kvType)
                .withKernels(kernels())
                .withLoading(loading);
        WeightCache cache = weightCache();
        options = cache == null ? options : options.withWeightCache(cache);
        if (device == null) {
            device = DeviceChoice.open(spec.commandLine(), deviceId).orElse(null);
        }
        return device == null ? options : options.withDevice(device);
    }

    @Override
    public void close() {
        if (device != null) {
            device.close();
            device = null;
        }
    }

    /**
     * The weight cache, or null for none.
     *
     * @throws ParameterException if there is no model file that it could belong to
     */
    WeightCache weightCache() {
        if (weightCache == null) {
            if (verify) {
                throw new ParameterException(spec.commandLine(), "--verify needs --weight-cache");
            }
            return null;
        }
        if (model == null) {
            throw new ParameterException(spec.commandLine(),
                    "--weight-cache needs --model: the embedded model is no file");
        }
        return (weightCache.equals(AttachedOnly.NONE)
                ? WeightCache.beside(model)
                : new WeightCache(weightCache, false)).withVerify(verify);
    }

    /** A number from 1 to the most there may be, or 0 for none given. */
    private int ranged(String name, Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            throw new ParameterException(spec.commandLine(),
                    name + " must be from 1 to " + max + ", was " + value);
        }
        return value == null ? 0 : value;
    }

    /**
     * The kernels to choose from.
     *
     * @throws ParameterException if an engine is unknown
     */
    KernelTable kernels() {
        KernelTable table = KernelTable.load();
        if (engines != null) {
            try {
                return table.only(engines);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--engines: " + e.getMessage(), e);
            }
        }
        return table;
    }
}
