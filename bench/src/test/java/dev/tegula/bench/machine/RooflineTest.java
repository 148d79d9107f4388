package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.Lines;
import dev.tegula.bench.RateProfiler;
import dev.tegula.bench.elem.GateBench;
import dev.tegula.bench.gemm.MatMulBench;
import dev.tegula.bench.timing.Clock;
import dev.tegula.kernel.CacheFolder;
import dev.tegula.kernel.Cost;
import dev.tegula.nat.PeakLoop;
import dev.tegula.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** With peaks that are made up, and where suites of kernels are judged by them. */
class RooflineTest {
    private static final Machine MACHINE = new Machine("A CPU", "An OS 1", 2, "A JVM 25",
            new Sizes(8 << 10, 64 << 10, 1 << 20, 3 << 20));

    @TempDir
    Path folder;

    private String before;

    @BeforeEach
    void keepApart() {
        before = System.setProperty(CacheFolder.PROPERTY, folder.toString());
    }

    @AfterEach
    void asBefore() {
        if (before == null) {
            System.clearProperty(CacheFolder.PROPERTY);
        } else {
            System.setProperty(CacheFolder.PROPERTY, before);
        }
    }

    private static Peak peak(PeakLoop loop, Level level, String by, double median) {
        return new Peak(loop, level, 1, by, median, median, median, 1, 1, 0, 0);
    }

    private static MachinePeaks peaks(Machine machine) {
        List<Peak> peaks = new ArrayList<>(List.of(peak(PeakLoop.FMA, Level.CORE, "nat-wide", 100),
                peak(PeakLoop.FMA, Level.CORE, "nat-narrow", 60), peak(PeakLoop.FMA, Level.CORE, "java", 50),
                peak(PeakLoop.INT8, Level.CORE, "nat-wide", 400), peak(PeakLoop.INT8, Level.CORE, "java", 80)));
        for (Level level : List.of(Level.L1, Level.L2, Level.L3, Level.DRAM)) {
            double rate = 80 >> level.ordinal();
            peaks.add(peak(PeakLoop.READ, level, "nat-wide", rate));
            peaks.add(peak(PeakLoop.READ, level, "java", rate / 2));
        }
        return new MachinePeaks(MachinePeaks.SCHEMA, machine, "2026-01-02T03:04:05Z", Clock.NOT_NOTED, peaks,
                List.of());
    }

    private static Roofline of(String engine) throws PeaksFile.UnusableException {
        return Roofline.of(peaks(MACHINE), engine, 1);
    }

    @Test
    void anEngineHasItsOwnPeaksAndElseTheBest() throws Exception {
        assertEquals(Map.of("f32 fma", 100.0, "int8 dot", 400.0, "read l1", 40.0, "read l2", 20.0, "read l3", 10.0,
                "read dram", 5.0), of("nat-wide").ceilings());
        assertEquals(60, of("nat-narrow").ceilings().get("f32 fma"));
        assertEquals(400, of("nat-narrow").ceilings().get("int8 dot"));
        assertEquals(50, of("vec").ceilings().get("f32 fma"));
        assertEquals(2.5, of("vec").ceilings().get("read dram"));
        assertEquals(of("nat-wide"), of("ref"));
        assertTrue(assertThrows(PeaksFile.UnusableException.class, () -> Roofline.of(peaks(MACHINE), "vec", 3))
                .getMessage()
                .startsWith("no f32 fma of 3 threads is among the peaks that are kept"));
    }

    @Test
    void theLimitIsWhatTakesLongest() throws Exception {
        Roofline roofline = of("nat-wide");
        assertEquals(List.of("read l1", "read l2", "read l3", "read dram"),
                List.of(roofline.ofReading(4 << 10), roofline.ofReading(5 << 10), roofline.ofReading(65 << 10),
                        roofline.ofReading((1 << 20) + 1)));
        Roofline noThird = new Roofline(new Sizes(8 << 10, 64 << 10, 1 << 20, 3 << 20),
                Map.of("read dram", 5.0, "f32 fma", 100.0));
        assertEquals("read dram", noThird.ofReading(65 << 10));
        // 1000 bytes take 25 ns, 2600 multiply-adds of F32 26 ns and of bytes 6.5 ns.
        Cost cost = new Cost(2600, 1000);
        assertEquals("f32 fma", roofline.of(DType.F32, cost));
        assertEquals("read l1", roofline.of(DType.Q8_A32, cost));
        assertEquals(26, roofline.nanos("f32 fma", cost), 1e-9);
        assertEquals(25, roofline.nanos("read l1", cost), 1e-9);
        // The same bytes read 20 times, a twentieth of them each time.
        assertEquals(List.of("read l3", "read l1"), List.of(roofline.of(DType.F32, new Cost(2600, 80 << 10)),
                roofline.of(DType.F32, new Cost(2600, 80 << 10), 4 << 10)));
        assertEquals("GMAC/s", Roofline.unit("int8 dot"));
        assertEquals("GB/s", Roofline.unit("read l3"));
    }

    @Test
    void bf16IsHeldBackByItsOwnPeakWhereThereIsOne() throws Exception {
        MachinePeaks without = peaks(MACHINE);
        List<Peak> more = new ArrayList<>(without.peaks());
        more.add(peak(PeakLoop.BF16, Level.CORE, "nat-wide", 200));
        MachinePeaks with = new MachinePeaks(without.schema(), MACHINE, without.date(), without.clock(), more,
                List.of());
        Cost cost = new Cost(26_000, 1000);
        Roofline narrow = Roofline.of(with, "nat-narrow", 1);
        assertEquals(200, narrow.ceilings().get("bf16 dot"));
        assertEquals("bf16 dot", narrow.of(DType.BF16, cost));
        assertEquals(130, narrow.nanos("bf16 dot", cost), 1e-9);
        assertEquals("f32 fma", narrow.of(DType.F32, cost));
        assertEquals("GMAC/s", Roofline.unit("bf16 dot"));
        assertEquals("f32 fma", of("nat-wide").of(DType.BF16, cost));
    }

    private static Map<String, Result> run(Class<?> suite, String... parameters) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().include(suite.getName() + "\\.")
                .forks(0)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(5))
                .measurementIterations(2)
                .measurementTime(TimeValue.milliseconds(10))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .param("engine", "ref")
                .addProfiler(RateProfiler.class);
        for (String parameter : parameters) {
            options.param(parameter.split("=")[0], parameter.split("=")[1]);
        }
        List<RunResult> results = List.copyOf(new Runner(options.build()).run());
        assertEquals(1, results.size());
        return Lines.of(results.getFirst());
    }

    @Test
    void suitesOfKernelsStateTheirShare() throws Exception {
        new PeaksFile(Optional.of(folder.resolve("machine.json"))).write(peaks(Machine.here()));
        Map<String, Result> product = run(MatMulBench.class, "shape=64x256", "format=F32", "rows=8");
        Result<?> share = product.get("roofline.share");
        assertEquals("%", share.getScoreUnit());
        String limit = product.get("roofline").toString().strip();
        // 131072 multiply-adds, 100 in a ns, take longer than some 75 KB, 20 in a ns, if the first caches are not larger than that.
        boolean multiplies = limit.equals("share of f32 fma, 100.0 GMAC/s on 2026-01-02T03:04:05Z or before");
        assertTrue(multiplies || limit.startsWith("share of read l"), limit);
        Result<?> rate = product.get(multiplies ? "rate.multiply" : "rate.bytes");
        double ceiling = Double.parseDouble(limit.replaceAll(".*, ([0-9.]+) G.*", "$1"));
        assertEquals(100 * rate.getScore() / ceiling, share.getScore(), 1e-6 * share.getScore());
        Map<String, Result> sum = run(GateBench.class, "op=add", "cols=64", "rows=3", "activation=SILU");
        assertTrue(sum.get("roofline").toString().startsWith("share of read l1, 40.0 GB/s"), sum.toString());
        assertEquals(100 * sum.get("rate.bytes").getScore() / 40, sum.get("roofline.share").getScore(), 1e-6);
    }

    @Test
    void aShareOverThePeakThatIsKeptIsExplained() throws Exception {
        MachinePeaks usual = peaks(Machine.here());
        List<Peak> low = usual.peaks()
                .stream()
                .map(peak -> peak(peak.loop(), peak.level(), peak.by(), peak.median() / 1e6))
                .toList();
        MachinePeaks bad = new MachinePeaks(usual.schema(), usual.machine(), usual.date(), usual.clock(), low,
                List.of());
        new PeaksFile(Optional.of(folder.resolve("machine.json"))).write(bad);
        Map<String, Result> sum = run(GateBench.class, "op=add", "cols=64", "rows=3", "activation=SILU");
        assertTrue(sum.get("roofline.share").getScore() > 100, sum.toString());
        assertTrue(sum.get("roofline.above").toString().startsWith("over 100 %: "), sum.toString());
        new PeaksFile(Optional.of(folder.resolve("machine.json"))).write(usual);
        Map<String, Result> under = run(GateBench.class, "op=add", "cols=64", "rows=3", "activation=SILU");
        assertFalse(under.containsKey("roofline.above"), under.toString());
    }

    @Test
    void withoutPeaksALineSaysSo() throws Exception {
        Map<String, Result> sum = run(GateBench.class, "op=add", "cols=64", "rows=3", "activation=SILU");
        assertFalse(sum.containsKey("roofline.share"));
        assertEquals("no share of it: no peaks of this machine are kept in " + folder.resolve("machine.json")
                + "; 'tegula bench machine' measures", sum.get("roofline").toString().strip());
    }
}
