package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairsTest {
    private int ticks;

    @Test
    void ratiosSayHowManyTimesAsFastOursIs() {
        Pairs.Result result = new Pairs.Result(
                new Turns.Result(new double[][]{{10, 20, 10}, {30, 20, 5}}, 0, 0));
        assertArrayEquals(new double[]{0.5, 1, 3}, result.ratios());
    }

    @Test
    void measuresBothSidesInEveryRound(@TempDir Path folder) throws Exception {
        int[] calls = new int[2];
        Pairs.Result result = new Pairs(2, 1, new CpuTimes(folder.resolve("none"))).measure(() -> calls[0]++,
                () -> calls[1]++);
        assertEquals(2, result.ours().length);
        assertEquals(0, result.disturbed());
        // One to warm up, one that is timed.
        assertArrayEquals(new int[]{4, 4}, calls);
        for (double ratio : result.ratios()) {
            assertTrue(ratio > 0 && Double.isFinite(ratio));
        }
    }

    @Test
    void aBusyMachineGivesAnAnswerAndIsCalledSo(@TempDir Path folder) throws Exception {
        Path stat = Files.createDirectory(folder.resolve("proc")).resolve("stat");
        Runnable steals = () -> {
            ticks += 10;
            try {
                Files.writeString(stat, "cpu  100 0 0 0 0 0 0 " + ticks + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        steals.run();
        Pairs.Result result = new Pairs(2, 1, new CpuTimes(folder)).measure(steals, steals);
        assertEquals(2, result.disturbed());
        // Six rounds of four calls: three for each that is wanted.
        assertEquals(10 + 6 * 4 * 10, ticks);
    }

    @Test
    void refusesNothingToMeasure() {
        assertThrows(IllegalArgumentException.class, () -> new Pairs(0, 1, CpuTimes.ofMachine()));
        assertThrows(IllegalArgumentException.class, () -> new Pairs(1, 0, CpuTimes.ofMachine()));
    }
}
