package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.bench.elem.GateBench;
import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.PackBench;
import dev.tegula.bench.ladder.LadderBench;
import dev.tegula.bench.machine.MemoryBench;
import dev.tegula.bench.model.ModelBench;
import dev.tegula.bench.sample.SamplingBench;
import dev.tegula.bench.text.TokenizerBench;
import dev.tegula.device.Devices;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Suites run, and wrong results stop them. Times are not looked at. KernelsPageTest sees to it that no kernel is without one. */
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
    void modelAndPackingRunForAMoment() throws RunnerException {
        Collection<RunResult> models = run(
                quick(ModelBench.class).param("prompt", "5").addProfiler(RateProfiler.class));
        assertEquals(4, models.size());
        models.forEach(result -> assertTrue(result.getSecondaryResults().containsKey("rate.bytes"), result.toString()));
        assertEquals(1, run(quick(PackBench.class).param("shape", "33x256").param("format", "Q4_0")).size());
    }

    @Test
    void ratesFollowFromTimesAndCosts() throws RunnerException {
        Collection<RunResult> results = run(quick(LadderBench.class).param("step", "CACHE_BLOCKS", "TABLE_KERNEL")
                .param("m", "3")
                .param("n", "64")
                .param("k", "96")
                .addProfiler(RateProfiler.class));
        assertEquals(2, results.size());
        for (RunResult result : results) {
            double micros = result.getPrimaryResult().getScore();
            Result<?> rate = result.getSecondaryResults().get("rate.multiply");
            assertEquals(3 * 64 * 96 / micros / 1e3, rate.getScore(), 1e-6, result.toString());
            assertEquals("GMAC/s", rate.getScoreUnit());
            assertTrue(result.getSecondaryResults().get("rate.bytes").getScore() > 0);
        }
        // What the ladder has said is nothing to a suite that says nothing.
        Collection<RunResult> silent = run(
                quick(SamplingBench.class).param("vocabulary", "1000").addProfiler(RateProfiler.class));
        assertEquals(2, silent.size());
        silent.forEach(result -> assertFalse(result.getSecondaryResults().containsKey("rate.multiply")));
    }

    @Test
    void theCpusPeaksJudgeNoDevice() throws RunnerException {
        Devices.backends().forEach(backend -> assumeTrue(backend.unavailable().isEmpty(), "there is no device"));
        for (String engine : List.of("ref", "opencl:0")) {
            RunResult result = run(moment(GateBench.class, engine).param("op", "add").addProfiler(RateProfiler.class))
                    .iterator()
                    .next();
            Set<String> lines = Lines.of(result).keySet();
            assertTrue(lines.contains("rate.bytes"), engine + " " + lines);
            // With the share, or why there is none.
            assertEquals(engine.equals("ref"), lines.contains("roofline"), engine + " " + lines);
            assertTrue(engine.equals("ref") || !lines.contains("roofline.share"), engine + " " + lines);
        }
    }

    @Test
    void wrongKernelStopsItsSuite() {
        RunnerException error = assertThrows(RunnerException.class,
                () -> run(moment(GateBench.class, "wrong").param("op", "add").addProfiler(RateProfiler.class)));
        assertEquals(List.of(),
                causes(error).filter(cause -> cause.contains("NullPointer") || cause.contains("NoSuchElement"))
                        .toList());
        assertTrue(causes(error).anyMatch(cause -> cause.contains("wrong result")), causes(error).toList().toString());
    }

    @Test
    void engineThatIsNotThereStopsItsSuite() {
        RunnerException error = assertThrows(RunnerException.class,
                () -> run(moment(GateBench.class, "abacus").param("op", "add")));
        assertTrue(causes(error).anyMatch(cause -> cause.contains("no engine 'abacus'")),
                causes(error).toList().toString());
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
                "topk", "embed")) {
            assertTrue(listed.contains(Suites.of(op).orElseThrow().getName()), op);
        }
        for (Class<?> suite : List.of(SamplingBench.class, TokenizerBench.class, ModelBench.class, PackBench.class,
                LadderBench.class, MemoryBench.class)) {
            assertTrue(listed.contains(suite.getName()), suite.getName());
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
