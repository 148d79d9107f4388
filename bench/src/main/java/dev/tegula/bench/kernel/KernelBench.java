package dev.tegula.bench.kernel;

import dev.tegula.bench.Call;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
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

/**
 * What the suites of kernels share: an engine by name, a checked kernel, and the call that is timed. Ten seconds of
 * warm-up, since a Vector API kernel takes hundreds of times as long until C2 has compiled it, which takes seconds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public abstract class KernelBench {
    /** Who computes: ref, vec, nat-avx2, nat-avx512, …, or a device, such as opencl:0; an engine that cannot fails its trial and says why. */
    @Param("vec")
    public String engine;

    /** Workers that share a call. */
    @Param("1")
    public int threads = 1;

    /** In place of a format of activations: what the weights' format asks for; or of a tile: what a plan gets. */
    public static final String USUAL = "usual";

    /** The kernel's tile, where an engine has several kernels for a request; the usual one is what a plan gets. */
    @Param(USUAL)
    public String tile = USUAL;

    /** Rows of a table of embeddings. */
    protected static final int VOCABULARY = 4096;

    private KernelCase kernel;

    /** What is computed with these parameters. */
    protected abstract KernelRequest request();

    /** Rows of the batch. */
    protected abstract int rows();

    /** Position of the batch's first row in its sequence. */
    protected int firstPosition() {
        return 0;
    }

    /** The format of activations that a parameter names. */
    protected static DType activations(String name, DType weights) {
        return name.equals(USUAL) ? Activations.typeFor(weights) : DType.valueOf(name);
    }

    /** Allocates, fills, runs once and compares with the twin. */
    @Setup
    public void open() {
        kernel = new KernelCase(engine, tile, request(), rows(), firstPosition(), threads);
        try {
            kernel.check();
        } catch (RuntimeException e) {
            kernel.close();
            throw e;
        }
        Call call = Call.of(kernel.cost());
        (kernel.isOfCpu() ? call.judgedBy(engine, threads, kernel::limit) : call).say();
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        kernel.close();
    }

    /** Computes the whole output; it is written to memory, so nothing can be left out. */
    @Benchmark
    public void run() {
        kernel.run();
    }

    /** A matrix with a row per row of the batch. */
    protected static Spec tokens(DType type, int cols) {
        return new Spec(type, Dim.TOKENS, cols);
    }

    /** A matrix with a fixed number of rows. */
    protected static Spec fixed(DType type, int rows, int cols) {
        return new Spec(type, Dim.of(rows), cols);
    }
}
