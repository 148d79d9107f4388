package dev.tegula.bench.model;

import dev.tegula.bench.Call;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelTable;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.RawModel;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/** A whole model: reading its file, evaluating a prompt, one more token after it, and file and prompt together, in a JVM that is warm. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ModelBench {
    /** In place of a file: a small model that is made for the run, two layers of 256 elements in Q4_0. */
    public static final String SYNTHETIC = "synthetic";
    /** Tokens that the scalar kernels evaluate too: they need seconds for each of a large model. */
    private static final int CHECKED = 3;

    /** A GGUF file, or {@link #SYNTHETIC}. */
    @Param(SYNTHETIC)
    public String model = SYNTHETIC;

    /** Tokens of the prompt, evaluated in one call. */
    @Param("128")
    public int prompt = 128;

    /** Workers that share a call. */
    @Param("1")
    public int threads = 1;

    private Path made;
    private Path file;
    private RawModel loaded;
    private int[] tokens;

    /**
     * Loads the model and compares logits with those of the scalar kernels, bit by bit.
     *
     * @throws IllegalStateException when they differ
     */
    @Setup
    public void open(BenchmarkParams trial) throws IOException {
        String name = trial.getBenchmark();
        open(name.substring(name.lastIndexOf('.') + 1));
    }

    void open(String benchmark) throws IOException {
        if (prompt < 1 || prompt > 4096) {
            throw new IllegalArgumentException("prompt " + prompt + ": from 1 to 4096 tokens");
        }
        try {
            if (model.equals(SYNTHETIC)) {
                made = Files.createTempFile("tegula-bench", ".gguf");
                file = new SyntheticModel("llama", 2, 256, 512, 4, 2, 64, 320, 8192, DType.Q4_0, DType.F32, 42)
                        .write(made);
            } else {
                file = Path.of(model);
            }
            check();
            loaded = fresh();
            tokens = loaded.anyTokens(prompt + 1);
            loaded.feed(tokens, 0, prompt, 1);
            call(benchmark).say();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Call call(String benchmark) throws IOException {
        return switch (benchmark) {
            case "load" -> Call.of(new Cost(0, Files.size(file)));
            case "decode" -> Call.of(loaded.cost(prompt, 1, 1)).withTokens(1);
            case "prefill" -> Call.of(loaded.cost(0, prompt, prompt)).withTokens(prompt);
            // What the first token takes is mostly loading: a share of it for each token would say nothing.
            default -> Call.of(loaded.cost(0, prompt, prompt));
        };
    }

    private RawModel fresh() throws IOException {
        return load(KernelTable.load(), prompt);
    }

    private RawModel load(KernelTable kernels, int rows) throws IOException {
        return new RawModel(Model.load(GgufFile.open(file), ModelOptions.defaults()
                .withKernels(kernels)
                .withThreads(threads)
                .withRows(rows, 1)
                .withContext(rows + 1)));
    }

    private void check() throws IOException {
        try (RawModel ours = load(KernelTable.load(), CHECKED);
                RawModel twin = load(KernelTable.load().scalar(), CHECKED)) {
            int[] ids = ours.anyTokens(CHECKED + 1);
            compare(ours.feed(ids, 0, CHECKED, 1), twin.feed(ids, 0, CHECKED, 1));
            compare(ours.feed(ids, CHECKED, 1, 1), twin.feed(ids, CHECKED, 1, 1));
        }
    }

    private static void compare(TensorView ours, TensorView twin) {
        long at = ours.segment()
                .asSlice(ours.offset(), ours.rowBytes())
                .mismatch(twin.segment().asSlice(twin.offset(), twin.rowBytes()));
        if (at >= 0) {
            throw new IllegalStateException("logit " + at / Float.BYTES + " is not that of the scalar kernels");
        }
    }

    /** Frees the memory and deletes the file that was made. */
    @TearDown
    public void close() throws IOException {
        if (loaded != null) {
            loaded.close();
            loaded = null;
        }
        if (made != null) {
            Files.deleteIfExists(made);
        }
    }

    /** A prompt from an empty context; the logits of its last token. */
    @Benchmark
    public TensorView prefill() {
        loaded.reset();
        return loaded.feed(tokens, 0, prompt, 1);
    }

    /** One token behind the prompt. */
    @Benchmark
    public TensorView decode() {
        loaded.shrink(prompt);
        return loaded.feed(tokens, prompt, 1, 1);
    }

    /** The file opened, checked, planned, its weights packed, and everything freed again. */
    @Benchmark
    public void load() throws IOException {
        fresh().close();
    }

    /** The same with the prompt evaluated before everything is freed; its first logit. */
    @Benchmark
    public float firstToken() throws IOException {
        try (RawModel fresh = fresh()) {
            return fresh.feed(tokens, 0, prompt, 1).segment().get(ValueLayout.JAVA_FLOAT, 0);
        }
    }
}
