package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.kernel.GateBench;
import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.sample.SamplingBench;
import dev.tegula.bench.text.TokenizerBench;
import dev.tegula.kernel.KernelTable;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Suites run, wrong results stop them, and no kernel is without one. Times are not looked at. */
class SuitesTest {
    @Test
    void oneSuiteRunsForAMoment() throws RunnerException {
        Collection<RunResult> results = run(moment(GateBench.class, "ref").param("op", "add", "gate"));
        assertEquals(2, results.size());
        for (RunResult result : results) {
            assertTrue(result.getPrimaryResult().getScore() > 0, result.toString());
        }
    }

    @Test
    void samplingAndTokenizerRunForAMoment() throws RunnerException {
        assertEquals(2, run(quick(SamplingBench.class).param("vocabulary", "1000")).size());
        assertEquals(2, run(quick(TokenizerBench.class).param("words", "200").param("merges", "40")).size());
    }

    @Test
    void wrongKernelStopsItsSuite() {
        RunnerException error = assertThrows(RunnerException.class,
                () -> run(moment(GateBench.class, "wrong").param("op", "add")));
        assertEquals(List.of(), causes(error).filter(cause -> cause.contains("NullPointer")).toList());
        assertTrue(causes(error).anyMatch(cause -> cause.contains("wrong result")), causes(error).toList().toString());
    }

    @Test
    void engineThatIsNotThereStopsItsSuite() {
        RunnerException error = assertThrows(RunnerException.class,
                () -> run(moment(GateBench.class, "abacus").param("op", "add")));
        assertTrue(causes(error).anyMatch(cause -> cause.contains("no engine 'abacus'")),
                causes(error).toList().toString());
    }

    /** Of every engine on the class path, whether it can run here or not. */
    @Test
    void everyKernelHasASuite() throws Exception {
        Set<String> missing = new TreeSet<>();
        KernelTable.load()
                .providers()
                .stream()
                .flatMap(provider -> provider.kernels().stream())
                .forEach(kernel -> {
                    String op = kernel.id().op();
                    if (Suites.of(op).filter(suite -> measures(suite, op)).isEmpty()) {
                        missing.add(kernel.id().toString());
                    }
                });
        assertEquals(Set.of(), missing);
    }

    @Test
    void jmhKnowsEverySuite() {
        Set<String> listed = BenchmarkList.defaultList()
                .getAll(
                        OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
                .stream()
                .map(entry -> entry.getUserClassQName())
                .collect(Collectors.toSet());
        for (String op : List.of("matmul", "gateup", "attention", "rmsnorm", "rope", "gate", "quantize", "softmax",
                "embed")) {
            assertTrue(listed.contains(Suites.of(op).orElseThrow().getName()), op);
        }
        assertTrue(listed.contains(SamplingBench.class.getName()) && listed.contains(TokenizerBench.class.getName()));
    }

    /** Whether a suite with several ops has this one among its parameters. */
    private static boolean measures(Class<? extends KernelBench> suite, String op) {
        try {
            return List.of(suite.getField("op").getAnnotation(Param.class).value()).contains(op);
        } catch (NoSuchFieldException e) {
            return true;
        }
    }

    private static ChainedOptionsBuilder moment(Class<? extends KernelBench> suite, String engine) {
        return quick(suite).param("engine", engine).param("cols", "64").param("rows", "3").param("activation", "SILU");
    }

    private static ChainedOptionsBuilder quick(Class<?> suite) {
        TimeValue moment = TimeValue.milliseconds(10);
        return new OptionsBuilder().include(suite.getName() + "\\.")
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(moment)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }

    /** The messages of an exception, its causes and what it suppresses. */
    private static Stream<String> causes(Throwable error) {
        return error == null
                ? Stream.of()
                : Stream.of(Stream.of(String.valueOf(error)), causes(error.getCause()),
                        Stream.of(error.getSuppressed()).flatMap(SuitesTest::causes)).flatMap(s -> s);
    }
}
