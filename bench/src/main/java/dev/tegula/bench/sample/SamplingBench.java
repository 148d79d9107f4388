package dev.tegula.bench.sample;

import dev.tegula.sample.SamplerChain;
import dev.tegula.sample.SamplingOptions;
import dev.tegula.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
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

/** One token out of a row of logits. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplingBench {
    private static final int CHECKS = 20;

    /** Tokens of the vocabulary. */
    @Param({"32000", "128256"})
    public int vocabulary;

    /** How is chosen: greedy, or by the defaults (temperature, top-k, top-p, min-p). */
    @Param({"greedy", "defaults"})
    public String options;

    private Storage storage;
    private MemorySegment logits;
    private SamplerChain chain;

    /**
     * Makes logits and checks the choice: greedily the first largest, by the defaults one of the top k.
     *
     * @throws IllegalStateException when it is another
     */
    @Setup
    public void open() {
        SamplingOptions chosen = options.equals("greedy")
                ? SamplingOptions.greedy()
                : SamplingOptions.defaults().toBuilder().seed(1).build();
        storage = new Storage("bench");
        logits = storage.allocate(4L * vocabulary);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < vocabulary; i++) {
            logits.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (4 * random.nextGaussian()));
        }
        chain = new SamplerChain(chosen, vocabulary);
        int most = chosen.isGreedy() ? 1 : chosen.topK();
        for (int i = 0; i < CHECKS; i++) {
            int token = chain.sample(logits, 0);
            int larger = larger(token);
            if (larger >= most) {
                storage.close();
                throw new IllegalStateException(
                        "token " + token + " was chosen, though " + larger + " logits are larger and the limit is "
                                + most);
            }
        }
    }

    private int larger(int token) {
        float mine = logits.getAtIndex(ValueLayout.JAVA_FLOAT, token);
        int larger = 0;
        for (int i = 0; i < vocabulary; i++) {
            larger += logits.getAtIndex(ValueLayout.JAVA_FLOAT, i) > mine ? 1 : 0;
        }
        return larger;
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        storage.close();
    }

    /** One token. */
    @Benchmark
    public int sample() {
        return chain.sample(logits, 0);
    }
}
