package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.CpuClock;
import dev.tegula.nat.PeakLoop;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Small sizes and short slices: what is printed and kept, not how fast anything is. */
class MachineCommandTest {
    private static final Machine MACHINE = new Machine("A CPU", "An OS 1", 2, "A JVM 25",
            new Sizes(8 << 10, 64 << 10, 0, 256 << 10));

    @TempDir
    private Path folder;

    /** Of a system that shows a frequency. */
    @TempDir
    private Path root;

    private StringWriter out;
    private StringWriter err;

    private int run(Machine machine, Contenders contenders, String... args) {
        out = new StringWriter();
        err = new StringWriter();
        PeaksFile file = new PeaksFile(Optional.of(folder.resolve("caches").resolve("machine.json")));
        return new CommandLine(new MachineCommand(machine, contenders, file, new CpuClock(root)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    private int run(String... args) {
        return run(MACHINE, Contenders.ofMachine(), args);
    }

    @Test
    void measuresAllAndKeepsIt() throws Exception {
        assertEquals(1, run("--cached"));
        assertTrue(err.toString().contains("no peaks of this machine are kept in"), err.toString());
        assertEquals(0, run("--rounds", "1", "--slice", "1"), err.toString());
        String table = out.toString();
        assertTrue(table.contains("frequency: not visible: "), table);
        assertTrue(table.lines().anyMatch(line -> line.endsWith(" ratio others")), table);
        assertTrue(table.contains("A CPU, 2 CPUs") && table.contains("no third level"), table);
        assertTrue(err.toString().contains("triad dram, 2 threads"), err.toString());
        assertEquals(0, run("--cached"), err.toString());
        assertEquals(table, out.toString());
        assertEquals(0, run("--cached", "--json"));
        assertEquals(Files.readString(folder.resolve("caches/machine.json")).strip(), out.toString().strip());
        MachinePeaks peaks = new PeaksFile(Optional.of(folder.resolve("caches/machine.json"))).read(MACHINE);
        for (PeakLoop loop : List.of(PeakLoop.FMA, PeakLoop.INT8)) {
            assertEquals("GMAC/s", best(peaks, loop, Level.CORE, 2).orElseThrow().unit());
        }
        for (PeakLoop loop : List.of(PeakLoop.READ, PeakLoop.COPY, PeakLoop.TRIAD)) {
            for (Level level : List.of(Level.L1, Level.L2, Level.DRAM)) {
                assertTrue(best(peaks, loop, level, 1).orElseThrow().median() > 0);
            }
        }
        assertEquals(Optional.empty(), best(peaks, PeakLoop.READ, Level.L3, 1));
        // As if it had been a good minute, for one of them.
        List<Peak> once = new ArrayList<>(peaks.peaks());
        Peak last = once.removeLast();
        Peak higher = new Peak(last.loop(), last.level(), last.threads(), last.by(), 1e6, 1e6, 1e6, 1, 1, 0, 0);
        once.add(higher);
        new PeaksFile(Optional.of(folder.resolve("caches/machine.json")))
                .write(new MachinePeaks(MachinePeaks.SCHEMA, MACHINE, peaks.date(), peaks.clock(), once, List.of()));
        assertEquals(0, run("--rounds", "1", "--slice", "1"), err.toString());
        assertTrue(err.toString().contains("peaks were over 10 % higher when they were measured before, and stay"),
                err.toString());
        assertTrue(new PeaksFile(Optional.of(folder.resolve("caches/machine.json"))).read(MACHINE)
                .peaks()
                .contains(higher));
        Machine other = new Machine("Another", "An OS 1", 2, "A JVM 25", MACHINE.sizes());
        assertEquals(1, run(other, Contenders.ofMachine(), "--cached"));
        assertTrue(err.toString().contains("is of another CPU (A CPU); 'tegula bench machine' measures"),
                err.toString());
    }

    private static Optional<Peak> best(MachinePeaks peaks, PeakLoop loop, Level level, int threads) {
        return peaks.peaks()
                .stream()
                .filter(peak -> peak.loop() == loop && peak.level() == level && peak.threads() == threads)
                .max(Comparator.comparingDouble(Peak::median));
    }

    @Test
    void theFrequencyIsNoted() throws Exception {
        assertEquals(0, run("--filter", "^read l1, 1", "--rounds", "1", "--slice", "1"), err.toString());
        assertTrue(out.toString().contains("frequency: not visible: the system has no "), out.toString());
        assertTrue(out.toString().contains("throttling: not visible: the system has no "), out.toString());
        Path scaling = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu0/cpufreq"));
        Files.writeString(scaling.resolve("scaling_cur_freq"), "2400000\n");
        Path heat = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu0/thermal_throttle"));
        Files.writeString(heat.resolve("core_throttle_count"), "7\n");
        assertEquals(0, run("--filter", "^read l1, 1", "--rounds", "1", "--slice", "1"), err.toString());
        assertTrue(out.toString().contains("frequency: 2400 MHz") && out.toString().contains("throttling: none"),
                out.toString());
    }

    @Test
    void aPartIsNotKept() {
        assertEquals(0, run("--filter", "^copy dram, 1", "--rounds", "1", "--slice", "1", "--json"), err.toString());
        assertTrue(out.toString().contains("\"COPY\"") && !out.toString().contains("\"TRIAD\""), out.toString());
        assertFalse(Files.exists(folder.resolve("caches")));
    }

    @Test
    void whatIsMissingIsALine() {
        Contenders none = new Contenders(List.of(), Optional.of("no vectors here"));
        assertEquals(2, run(MACHINE, none, "--rounds", "1", "--slice", "1"), err.toString());
        assertTrue(err.toString().contains("nothing can be measured here: java: no vectors here"), err.toString());
        Contenders inJavaOnly = new Contenders(List.of(), Optional.empty());
        assertEquals(0, run(MACHINE, inJavaOnly, "--filter", "fma", "--rounds", "1", "--slice", "1"), err.toString());
        assertTrue(out.toString().contains("java"), out.toString());
    }

    @Test
    void refusesWrongOptions() {
        assertEquals(2, run("--rounds", "0"));
        assertTrue(err.toString().contains("must be at least 1"), err.toString());
        assertEquals(2, run("--slice", "0"));
        assertEquals(2, run("--filter", "["));
        assertEquals(2, run("--filter", "no such thing"));
        assertTrue(err.toString().contains("--filter no such thing matches no measurement"), err.toString());
    }
}
