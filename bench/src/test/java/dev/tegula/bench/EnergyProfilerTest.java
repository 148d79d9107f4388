package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.model.ModelBench;
import dev.tegula.bench.sample.SamplingBench;
import dev.tegula.bench.timing.EnergyCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Within runs of JMH, with a counter of the test's own. */
class EnergyProfilerTest {
    private static Path root;
    private static long micros;
    private static long perIteration;

    @TempDir
    Path folder;

    @BeforeEach
    void begin() {
        root = folder;
        micros = 0;
        perIteration = 3_000_000;
    }

    private static Path zone() throws IOException {
        return Files.createDirectories(root.resolve("sys/class/powercap/intel-rapl:0"));
    }

    private static void count() throws IOException {
        Files.writeString(zone().resolve("name"), "package-0");
        Files.writeString(zone().resolve("max_energy_range_uj"), "65000000");
        Files.writeString(zone().resolve("energy_uj"), Long.toString(micros % 65_000_000));
    }

    /** The profiler, during each of whose iterations the counter goes on by as much. */
    public static final class Counted implements InternalProfiler {
        private final EnergyProfiler profiler = new EnergyProfiler(new EnergyCounter(root));

        @Override
        public String getDescription() {
            return profiler.getDescription();
        }

        @Override
        public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
            profiler.beforeIteration(benchmark, iteration);
        }

        @Override
        public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
                IterationResult result) {
            micros += perIteration;
            try {
                if (Files.exists(root.resolve("sys"))) {
                    count();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return profiler.afterIteration(benchmark, iteration, result);
        }
    }

    private static Map<String, Result> run(Class<?> suite, String benchmark, String name, String value)
            throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder().include(suite.getName() + "\\." + benchmark)
                .forks(0)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(5))
                .measurementIterations(2)
                .measurementTime(TimeValue.milliseconds(10))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .param(name, value)
                .param(suite == SamplingBench.class ? "options" : "threads",
                        suite == SamplingBench.class ? "greedy" : "1")
                .addProfiler(Counted.class.getName())
                .build()).run();
        assertEquals(1, results.size());
        RunResult result = results.iterator().next();
        Map<String, Result> secondary = Lines.of(result);
        double perCall = result.getBenchmarkResults()
                .iterator()
                .next()
                .getIterationResults()
                .stream()
                .mapToDouble(iteration -> perIteration / 1e6 / iteration.getMetadata().getAllOps())
                .average()
                .orElseThrow();
        if (secondary.containsKey("energy.op")) {
            assertEquals(perCall, secondary.get("energy.op").getScore(), 1e-9 * perCall);
            assertEquals("J/op", secondary.get("energy.op").getScoreUnit());
        }
        return secondary;
    }

    @Test
    void joulesOfACallAndOfAToken() throws Exception {
        count();
        Map<String, Result> prefill = run(ModelBench.class, "prefill", "prompt", "5");
        assertEquals(prefill.get("energy.op").getScore() / 5, prefill.get("energy.token").getScore(), 1e-9);
        Map<String, Result> decode = run(ModelBench.class, "decode", "prompt", "5");
        assertEquals(decode.get("energy.op").getScore(), decode.get("energy.token").getScore());
        Map<String, Result> sampling = run(SamplingBench.class, "sample", "vocabulary", "1000");
        assertTrue(sampling.containsKey("energy.op"), sampling.toString());
        assertFalse(sampling.containsKey("energy.token"), "what a model's suite has said is not for another one");
    }

    @Test
    void theReasonIsALine() throws Exception {
        Result absent = run(SamplingBench.class, "sample", "vocabulary", "1000").get("energy");
        assertTrue(absent.toString().startsWith("unavailable: the system has no "), absent.toString());
        assertEquals(1, absent.toString().split("unavailable", -1).length - 1);
        perIteration = 0;
        count();
        Map<String, Result> still = run(SamplingBench.class, "sample", "vocabulary", "1000");
        assertEquals("unavailable: the counter stands still", still.get("energy").toString().strip());
        assertFalse(still.containsKey("energy.op"));
    }
}
