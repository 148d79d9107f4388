package dev.tegula.bench.ladder;

import dev.tegula.bench.Call;
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

/** The steps of the ladder on one product: so many rows, with the weights of a 1B model's second feed-forward layer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class LadderBench {
    /** Which step. */
    @Param
    public Ladder step;

    /** Rows: those of a prompt, and the one of a token. */
    @Param({"128", "1"})
    public int m = 128;

    /** Columns of the weights. */
    @Param("2048")
    public int n = 2048;

    /** What is summed over. */
    @Param("8192")
    public int k = 8192;

    /** Threads of the last two steps. */
    @Param("1")
    public int threads = 1;

    private Step made;

    /** Makes the step, runs it once and looks at its answer. */
    @Setup
    public void open() {
        made = step.of(Product.random(m, n, k), threads);
        try {
            made.check();
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        Call.of(made.cost()).say();
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        made.close();
    }

    /** Computes the product; it is written to memory, so nothing can be left out. */
    @Benchmark
    public void run() {
        made.run();
    }
}
