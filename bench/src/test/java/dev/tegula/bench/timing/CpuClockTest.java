package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuClockTest {
    @TempDir
    Path root;

    private CpuTree tree;

    @BeforeEach
    void plant() {
        tree = new CpuTree(root);
    }

    private CpuClock clock() {
        return new CpuClock(root);
    }

    @Test
    void theFastestCpuCounts() throws IOException {
        tree.kilohertz(800_000, 3_100_500, 1_200_000);
        tree.write(0, "cpufreq/scaling_max_freq", 3_500_000);
        tree.write(1, "cpufreq/scaling_max_freq", 3_600_000);
        tree.write(0, "cpufreq/cpuinfo_max_freq", 3_700_000);
        tree.write(0, "cpufreq/scaling_governor", "powersave");
        tree.write(1, "cpufreq/scaling_governor", "performance");
        tree.write(2, "cpufreq/scaling_governor", "powersave");
        CpuClock clock = clock();
        assertEquals(OptionalDouble.of(3100.5), clock.megahertz());
        assertEquals(OptionalDouble.of(3600), clock.allowed());
        assertEquals(OptionalDouble.of(3700), clock.able());
        assertEquals("performance, powersave", clock.governor());
        tree.kilohertz(2_000_000, 1_000_000, 1_000_000);
        assertEquals(OptionalDouble.of(2000), clock.megahertz());
    }

    @Test
    void withoutCpufreqCountedCyclesTell() throws IOException {
        tree.info(
                "cpu MHz\t\t: 1800.25\nflags\t\t: fpu aperfmperf\n\ncpu MHz\t\t: 2900.5\nflags\t\t: fpu aperfmperf\n");
        assertEquals(OptionalDouble.of(2900.5), clock().megahertz());
        assertEquals(OptionalDouble.empty(), clock().allowed());
        assertEquals("", clock().governor());
    }

    @Test
    void aNominalFrequencyIsNone() throws IOException {
        assertEquals(OptionalDouble.empty(), clock().megahertz());
        assertTrue(clock().hidden().startsWith("the system has no ") && clock().hidden().endsWith("/cpu*/cpufreq"),
                clock().hidden());
        tree.info("cpu MHz\t\t: 2596.098\nflags\t\t: fpu hypervisor\n");
        assertEquals(OptionalDouble.empty(), clock().megahertz());
        assertTrue(clock().hidden()
                .endsWith(
                        "/cpu*/cpufreq and knows the nominal 2596 MHz only: it is a virtual machine, whose host knows the "
                                + "frequency"),
                clock().hidden());
        tree.write(0, "cpufreq/scaling_cur_freq", "<unknown>");
        assertEquals(OptionalDouble.empty(), clock().megahertz());
        assertTrue(clock().hidden().endsWith("/cpu*/cpufreq/scaling_cur_freq has no number"), clock().hidden());
    }

    @Test
    void whatAllCpusOfAPackageCountHappenedOnce() throws IOException {
        tree.throttles(0, 5, 100);
        tree.throttles(1, 9, 100);
        CpuClock clock = clock();
        CpuClock.Counts before = clock.throttles();
        assertEquals(0, before.since(before));
        tree.throttles(0, 6, 103);
        tree.throttles(1, 11, 103);
        assertEquals(3, clock.throttles().since(before));
        // A CPU that was switched on meanwhile has counted since it was made.
        tree.throttles(2, 1000, 1000);
        assertEquals(3, clock().throttles().since(before));
    }

    @Test
    void countersMayBeAbsent() throws IOException {
        tree.kilohertz(1_000_000);
        assertEquals(new CpuClock.Counts(Map.of()), clock().throttles());
        assertTrue(clock().uncounted().endsWith("/cpu*/thermal_throttle"), clock().uncounted());
        tree.info("flags\t\t: hypervisor\n");
        assertTrue(clock().uncounted().endsWith(": it is a virtual machine, whose host has the counters"),
                clock().uncounted());
    }
}
