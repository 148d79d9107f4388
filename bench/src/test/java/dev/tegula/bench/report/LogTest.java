package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
    @TempDir
    Path root;

    private final StringWriter out = new StringWriter();

    @Test
    void stepsDuringWhichCpusWereThrottledAreMarked() throws IOException, InterruptedException {
        Path heat = Files.createDirectories(root.resolve("sys/devices/system/cpu/cpu0/thermal_throttle"));
        Path counter = Files.writeString(heat.resolve("core_throttle_count"), "7\n");
        ClockWatch watch = new ClockWatch(new CpuClock(root));
        Log log = new Log(new PrintWriter(out), watch);
        log.begin("a part", 3);
        log.step("cool", () -> Reports.row("cool", 100, 50.0));
        log.step("hot", () -> {
            Files.writeString(counter, "9\n");
            return Reports.row("hot", 100, 50.0);
        });
        assertEquals(Optional.empty(), log.<String>step("failed", () -> {
            Files.writeString(counter, "10\n");
            throw new IOException("no answer");
        }, word -> word, List::of));
        String[] lines = out.toString().split(System.lineSeparator());
        assertTrue(lines[0].endsWith("cool, nat-x, 2 threads: 50.0 GMAC/s, 0.50 of f32 fma"), lines[0]);
        assertTrue(lines[1].endsWith("0.50 of f32 fma, throttled at least 2 times"), lines[1]);
        assertTrue(lines[2].matches("\\d\\d:\\d\\d a part: 3 of 3: failed: no answer"), lines[2]);
        assertEquals(Map.of("hot, nat-x, 2 threads", 2L), watch.facts().throttled());
        assertEquals(3, watch.facts().throttles());
    }

    @Test
    void aLineSaysWhatOthersHad() {
        String alone = Log.line(Reports.beside(0.009, Reports.row("a", 100, 50.0)));
        assertTrue(alone.endsWith("0.50 of f32 fma"), alone);
        String line = Log.line(Reports.beside(0.123, Reports.row("a", 100, 1, 50.0)));
        assertTrue(line.endsWith("0.50 of f32 fma, others had 12 % of the CPUs, 1 rounds disturbed"), line);
    }
}
