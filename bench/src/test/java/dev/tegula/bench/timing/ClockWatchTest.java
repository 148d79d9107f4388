package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockWatchTest {
    @TempDir
    Path root;

    private CpuTree tree;

    @BeforeEach
    void plant() {
        tree = new CpuTree(root);
    }

    @Test
    void theFrequencyIsSeenBehindEachSlice() throws IOException, InterruptedException {
        tree.kilohertz(400_000);
        tree.write(0, "cpufreq/scaling_governor", "powersave");
        tree.write(0, "cpufreq/scaling_max_freq", 3_600_000);
        tree.write(0, "cpufreq/cpuinfo_max_freq", 3_700_000);
        ClockWatch watch = new ClockWatch(new CpuClock(root));
        Iterator<Long> during = List.of(2_900_000L, 3_400_000L, 3_100_000L).iterator();
        Turns.Side side = watch.watched(() -> {
            try {
                tree.kilohertz(during.next());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return 42;
        });
        for (int i = 0; i < 3; i++) {
            assertEquals(42, side.slice());
        }
        tree.kilohertz(400_000);
        Clock facts = watch.facts();
        assertEquals(2900, facts.least());
        assertEquals(3400, facts.most());
        assertEquals("2900 to 3400 MHz of 3600 (the CPU's own maximum is 3700), governor powersave",
                facts.frequency());
        assertTrue(facts.throttling().startsWith("not visible: the system has no "), facts.throttling());
    }

    @Test
    void withoutASliceTheEndIsLookedAt() throws IOException {
        tree.kilohertz(2_500_000);
        assertEquals(2500, new ClockWatch(new CpuClock(root)).facts().most());
    }

    @Test
    void throttlingIsOfTheRowsInWhichItHappened() throws IOException {
        tree.throttles(0, 5, 0);
        ClockWatch watch = new ClockWatch(new CpuClock(root));
        ClockWatch.Part cool = watch.part();
        assertEquals(0, cool.end(List.of("cool")));
        for (int more = 1; more <= 2; more++) {
            ClockWatch.Part hot = watch.part();
            tree.throttles(0, 5 + 2 * more, 0);
            assertEquals(2, hot.end(List.of("hot", "as hot")));
        }
        tree.throttles(0, 10, 0);
        Clock facts = watch.facts();
        assertEquals(Map.of("hot", 4L, "as hot", 4L), facts.throttled());
        assertEquals(5, facts.throttles());
        // Another CPU's: what its counter has more is less than what all parts had.
        tree.throttles(1, 0, 0);
        ClockWatch both = new ClockWatch(new CpuClock(root));
        for (int cpu = 0; cpu < 2; cpu++) {
            ClockWatch.Part part = both.part();
            tree.throttles(cpu, 12, 0);
            part.end(List.of("row"));
        }
        assertEquals(14, both.facts().throttles());
        assertEquals(Map.of("row", 14L), both.facts().throttled());
        assertEquals("", facts.uncounted());
        assertTrue(facts.frequency().startsWith("not visible: the system has no "), facts.frequency());
    }
}
