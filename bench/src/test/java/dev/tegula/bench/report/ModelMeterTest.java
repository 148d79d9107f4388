package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.model.ModelSource;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import dev.tegula.bench.timing.EnergyCounter;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ModelMeterTest {
    @TempDir
    Path folder;

    private final ClockWatch watch = new ClockWatch(CpuClock.ofMachine());

    /** An engine whose norms are right for all rows but the first one, which has twice its value. */
    private static final class Doubling extends ScalarUnderAnotherName {
        Doubling() {
            super("doubling", 1, "rmsnorm");
        }

        @Override
        void run(Runnable right, int portion, TensorView output) {
            right.run();
            if (portion == 0) {
                long at = output.rowOffset(0);
                output.segment()
                        .set(ValueLayout.JAVA_FLOAT, at, 2 * output.segment().get(ValueLayout.JAVA_FLOAT, at));
            }
        }
    }

    /** An engine each of whose norms uses a millijoule. */
    private static final class Working extends ScalarUnderAnotherName {
        private final Path counter;
        private long micros;

        Working(Path counter) {
            super("working", 1, "rmsnorm");
            this.counter = counter;
        }

        @Override
        void run(Runnable right, int portion, TensorView output) {
            right.run();
            if (portion == 0) {
                micros += 1000;
                try {
                    Files.writeString(counter, Long.toString(micros));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Path model() throws IOException {
        return SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("tiny.gguf"));
    }

    @Test
    void ratesStandBesideWhatTheLimitAllows() throws Exception {
        ModelSource source = ModelSource.of(model());
        try (Limits limits = new Limits(2, 1, watch);
                ModelMeter meter = new ModelMeter(source, limits, 2, 3, KernelTable.load(),
                        List.of(), EnergyCounter.ofMachine())) {
            ModelMeter.Test decode = new ModelMeter.Test("decode", 16, 200);
            assertTrue(meter.fits(decode));
            assertTrue(!meter.fits(new ModelMeter.Test("decode", 64, 512)), "the model has 256 positions");
            ModelRow row = meter.measure(decode);
            assertEquals("tiny.gguf decode 16 after 200", row.name());
            assertEquals(3, row.rates().size());
            // What is read at least: the weights once for each token.
            long least = 16 * (256 * 320 * 4L);
            assertTrue(row.bytes() > least && row.rate() > 0, row.toString());
            assertTrue(limits.roofline().ceilings().containsKey(row.limit()), row.limit());
            ModelRow prefill = meter.measure(new ModelMeter.Test("prefill", 128, 0));
            assertTrue(prefill.bytes() < 128 * row.bytes() / 16, "a prompt reads the weights once for many tokens");
        }
    }

    @Test
    void joulesAreThoseOfATokenInEachRound() throws Exception {
        Path zone = Files.createDirectories(folder.resolve("sys/class/powercap/intel-rapl:0"));
        Files.writeString(zone.resolve("name"), "package-0\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), "1000000000000\n");
        Path counter = Files.writeString(zone.resolve("energy_uj"), "0\n");
        EnergyCounter energy = new EnergyCounter(folder);
        ModelMeter.Test decode = new ModelMeter.Test("decode", 16, 0);
        ModelSource source = ModelSource.of(model());
        KernelTable working = KernelTable.of(List.of(new Working(counter), new RefProvider()));
        try (Limits limits = new Limits(1, 1, watch);
                ModelMeter still = new ModelMeter(source, limits, 1, 3, KernelTable.load(), List.of(), energy);
                ModelMeter meter = new ModelMeter(source, limits, 1, 3, working, List.of("working"), energy)) {
            assertEquals(List.of(), still.measure(decode).joules(), "the counter stands still");
            List<Double> joules = meter.measure(decode).joules();
            assertEquals(3, joules.size());
            // The last norm of a token; those before it quantize as well, and are another op.
            joules.forEach(perToken -> assertEquals(1e-3, perToken, 1e-12));
        }
    }

    @Test
    void wrongLogitsAreNoRow() throws Exception {
        ModelSource source = ModelSource.of(model());
        try (Limits limits = new Limits(1, 1, watch)) {
            IllegalStateException e = assertThrows(IllegalStateException.class,
                    () -> new ModelMeter(source, limits, 1, 1,
                            KernelTable.of(List.of(new Doubling(), new RefProvider())), List.of(),
                            EnergyCounter.ofMachine())
                            .close());
            assertTrue(e.getMessage().startsWith("wrong result: logit "), e.getMessage());
        }
    }

    @Test
    void theCommandMeasuresModelsAndTheirStart() throws IOException {
        StringWriter err = new StringWriter();
        int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        int status = new CommandLine(new ReportCommand()).setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute("--model", model().toString(), "--threads", Integer.toString(threads), "--out",
                        folder.toString(), "--filter",
                        "tiny.gguf (prefill 128|decode 64|decode 32 after 512|start)");
        assertEquals(0, status, err.toString());
        Report report = ReportFile.read(folder.resolve("report.json"));
        assertEquals(List.of("tiny.gguf prefill 128", "tiny.gguf decode 64"),
                report.models().stream().map(ModelRow::name).toList(), err.toString());
        for (ModelRow row : report.models()) {
            assertEquals(threads == 1 ? 0 : row.rates().size(), row.coreToCore().size(), row.toString());
            assertEquals(0, row.stages() % (row.test().equals("decode") ? 64 : 1), row.toString());
        }
        StartRow start = report.starts().getFirst();
        assertTrue(start.load().stream().allMatch(time -> time > 0), start.toString());
        for (int i = 0; i < start.load().size(); i++) {
            assertTrue(start.firstToken().get(i) > start.load().get(i), start.toString());
        }
        assertTrue(report.missing().contains("tiny.gguf decode 32 after 512: the model's context has no room for it"),
                report.missing().toString());
    }

    /** With the engines that were asked for, and a file whose name a shell and the filter would take for something else. */
    @Test
    void aRowsCommandMeasuresItAgain() throws IOException {
        Path odd = Files.move(model(), folder.resolve("tiny (1).gguf"));
        List<String> first = measured("--model", odd.toString(), "--threads", "1", "--engines", "ref", "--filter",
                "prefill 128");
        assertEquals(List.of("./tegula bench report --model '" + odd
                + "' --filter 'tiny \\(1\\).gguf prefill 128' --threads 1 --engines ref"), first);
        assertEquals(first, measured("--model", odd.toString(), "--filter", "tiny \\(1\\).gguf prefill 128",
                "--threads", "1", "--engines", "ref"));
    }

    /** The commands of the rows of a report. */
    private List<String> measured(String... args) throws IOException {
        StringWriter err = new StringWriter();
        int status = new CommandLine(new ReportCommand()).setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(Stream.of("--out", folder.toString()), Stream.of(args)).toArray(String[]::new));
        assertEquals(0, status, err.toString());
        return ReportFile.read(folder.resolve("report.json")).models().stream().map(ModelRow::command).toList();
    }

    @Test
    void whatIsNoModelIsMissingAndFails() throws IOException {
        Path broken = folder.resolve("broken.gguf");
        GgufWriter.create().putString("general.architecture", "abacus").write(broken);
        StringWriter err = new StringWriter();
        int status = new CommandLine(new ReportCommand()).setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute("--model", broken.toString(), "--out", folder.toString(), "--filter", "broken.gguf prefill");
        assertEquals(1, status, err.toString());
        assertTrue(ReportFile.read(folder.resolve("report.json")).missing().getLast().startsWith("broken.gguf: "),
                err.toString());
        assertEquals(2, new CommandLine(new ReportCommand()).setErr(new PrintWriter(err)).execute("--model", "none"));
        assertTrue(err.toString().contains("--model none: no file that can be read"), err.toString());
    }
}
