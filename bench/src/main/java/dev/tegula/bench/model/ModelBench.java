package dev.tegula.bench.model;

import dev.tegula.bench.RateProfiler;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelTable;
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
    private LoadedModel loaded;

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
            loaded.feed(prompt);
            RateProfiler.perCall(switch (benchmark) {
                case "load" -> new Cost(0, Files.size(file));
                case "decode" -> loaded.model().plan().cost(1, prompt + 1);
                default -> loaded.model().plan().cost(prompt, prompt);
            });
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private LoadedModel fresh() throws IOException {
        return new LoadedModel(file, KernelTable.load(), threads, prompt, prompt + 1);
    }

    private void check() throws IOException {
        try (LoadedModel ours = new LoadedModel(file, KernelTable.load(), threads, CHECKED, CHECKED + 1);
                LoadedModel twin = new LoadedModel(file, KernelTable.load().scalar(), threads, CHECKED,
                        CHECKED + 1)) {
            compare(ours.feed(CHECKED), twin.feed(CHECKED));
            compare(ours.feed(1), twin.feed(1));
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
        loaded.reset(0);
        return loaded.feed(prompt);
    }

    /** One token behind the prompt. */
    @Benchmark
    public TensorView decode() {
        loaded.reset(prompt);
        return loaded.feed(1);
    }

    /** The file opened, checked, planned, its weights packed, and everything freed again. */
    @Benchmark
    public void load() throws IOException {
        fresh().close();
    }

    /** The same with the prompt evaluated before everything is freed; its first logit. */
    @Benchmark
    public float firstToken() throws IOException {
        try (LoadedModel fresh = fresh()) {
            return fresh.feed(prompt).segment().get(ValueLayout.JAVA_FLOAT, 0);
        }
    }
}
