package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.RateProfiler;
import dev.tegula.nat.PeakLoop;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Small caches: what is done and looked at, not how fast it is. */
class MemoryBenchTest {
    private static final Sizes SIZES = new Sizes(8 << 10, 64 << 10, 1 << 20, 3 << 20);

    private static MemoryBench bench(PeakLoop loop, Level level, String engine) {
        MemoryBench bench = new MemoryBench();
        bench.loop = loop;
        bench.level = level;
        bench.engine = engine;
        return bench;
    }

    @Test
    void everyLoopGoesRoundAtEveryLevel() {
        Contenders contenders = Contenders.ofMachine();
        for (PeakLoop loop : List.of(PeakLoop.READ, PeakLoop.COPY, PeakLoop.TRIAD)) {
            for (Level level : List.of(Level.L1, Level.L2, Level.L3, Level.DRAM)) {
                for (Contender contender : contenders.of(loop, level)) {
                    MemoryBench bench = bench(loop, level, contender.by().equals("java") ? "java" : "native");
                    bench.open(SIZES, contenders, 2);
                    bench.close();
                }
            }
        }
    }

    @Test
    void answersAreLookedAtBefore() {
        MemoryBench bench = bench(PeakLoop.COPY, Level.DRAM, "java");
        bench.open(SIZES, Contenders.ofMachine(), 2);
        for (Walk walk : bench.walks) {
            assertEquals(2, walk.ends().size());
            // The memory was zero before.
            walk.ends().forEach(piece -> assertEquals(-1, piece.x().mismatch(piece.y())));
        }
        bench.close();
    }

    @Test
    void refusesWhatThereIsNot() {
        Contenders none = new Contenders(List.of(), Optional.of("no vectors here"));
        assertEquals("there is no java loop here: java: no vectors here",
                assertThrows(IllegalStateException.class,
                        () -> bench(PeakLoop.READ, Level.L1, "java").open(SIZES, none, 1)).getMessage());
        assertTrue(assertThrows(IllegalStateException.class,
                () -> bench(PeakLoop.READ, Level.L3, "java").open(new Sizes(8 << 10, 64 << 10, 0, 1 << 20), none, 2))
                .getMessage()
                .startsWith("no third-level cache"));
        assertEquals("loop FMA: one of [READ, COPY, TRIAD]", refusal(bench(PeakLoop.FMA, Level.L1, "java")));
        assertEquals("level CORE: L1, L2, L3 or DRAM", refusal(bench(PeakLoop.READ, Level.CORE, "java")));
        assertEquals("engine abacus: java or native", refusal(bench(PeakLoop.READ, Level.L1, "abacus")));
    }

    private static String refusal(MemoryBench bench) {
        return assertThrows(IllegalArgumentException.class,
                () -> bench.open(SIZES, new Contenders(List.of(), Optional.empty()), 1)).getMessage();
    }

    @Test
    void ratesAreThoseOfAllThreads() throws RunnerException {
        TimeValue moment = TimeValue.milliseconds(10);
        Collection<RunResult> results = new Runner(new OptionsBuilder().include(MemoryBench.class.getName() + "\\.")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(moment)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .param("loop", "TRIAD")
                .param("level", "L1")
                .param("engine", "java")
                .addProfiler(RateProfiler.class)
                .build()).run();
        assertEquals(2, results.size());
        Sizes sizes = Machine.here().sizes();
        for (RunResult result : results) {
            int threads = result.getParams().getThreads();
            assertEquals(result.getParams().getBenchmark().endsWith(".all")
                    ? Runtime.getRuntime().availableProcessors()
                    : 1, threads);
            long bytes = sizes.bytes(Level.L1, 3, threads);
            double perCall = 3.0 * bytes * ((1 << 20) / bytes);
            Result<?> rate = result.getSecondaryResults().get("rate.bytes");
            assertEquals(threads * perCall / result.getPrimaryResult().getScore() / 1e3, rate.getScore(),
                    1e-4 * rate.getScore());
        }
    }
}
