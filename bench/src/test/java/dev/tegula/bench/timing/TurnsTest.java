package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnsTest {
    private int ticks;

    @Test
    void everySideHasItsTurnInEveryRound(@TempDir Path folder) throws Exception {
        List<Integer> order = new ArrayList<>();
        List<Turns.Side> sides = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int side = i;
            sides.add(() -> {
                order.add(side);
                return order.size();
            });
        }
        Turns.Result result = new Turns(2, new CpuTimes(folder.resolve("none"))).measure(sides);
        assertEquals(List.of(0, 1, 2, 1, 2, 0), order);
        assertArrayEquals(new double[]{1, 6}, result.figures()[0]);
        assertArrayEquals(new double[]{3, 5}, result.figures()[2]);
        assertArrayEquals(new double[]{5.0 / 6, 3}, result.ratios(2, 0));
        assertEquals(0, result.disturbed());
        assertEquals(0, result.stolen());
    }

    @Test
    void disturbedRoundsAreTakenAgain(@TempDir Path folder) throws Exception {
        Path stat = Files.createDirectory(folder.resolve("proc")).resolve("stat");
        int[] calls = new int[1];
        Turns.Side side = () -> {
            // The first two rounds are disturbed: a tenth, then half.
            ticks += calls[0] == 0 ? 10 : calls[0] == 1 ? 50 : 0;
            calls[0]++;
            write(stat, 100 * calls[0] - ticks, ticks);
            return calls[0];
        };
        write(stat, 0, 0);
        Turns.Result result = new Turns(3, new CpuTimes(folder)).measure(List.of(side));
        assertArrayEquals(new double[]{3, 4, 5}, result.figures()[0]);
        assertEquals(0, result.disturbed());
        assertEquals(60.0 / 500, result.stolen(), 1e-9);
    }

    @Test
    void roundsBesideOtherProcessesAreTakenAgain(@TempDir Path folder) throws Exception {
        Path stat = Files.createDirectory(folder.resolve("proc")).resolve("stat");
        Path own = Files.createDirectory(folder.resolve("proc/self")).resolve("stat");
        // A build beside the second round has 30 of its 100 ticks; one tick in the third may be an error.
        List<Integer> ours = List.of(0, 100, 170, 269, 369);
        int[] calls = new int[1];
        Turns.Side side = () -> {
            calls[0]++;
            write(stat, 100 * calls[0], 0);
            own(own, ours.get(calls[0]));
            return calls[0];
        };
        write(stat, 0, 0);
        own(own, 0);
        Turns.Result result = new Turns(3, new CpuTimes(folder)).measure(List.of(side));
        assertArrayEquals(new double[]{1, 3, 4}, result.figures()[0]);
        assertEquals(0, result.disturbed());
        assertEquals(31.0 / 400, result.stolen(), 1e-9);
    }

    private static void own(Path stat, int ticks) {
        write(stat, "1 (java) R 0 0 0 0 0 0 0 0 0 0 " + ticks + " 0 0 0 20\n");
    }

    private static void write(Path stat, int user, int stolen) {
        write(stat, "cpu  " + user + " 0 0 0 0 0 0 " + stolen + "\n");
    }

    private static void write(Path stat, String text) {
        try {
            Files.writeString(stat, text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theMiddleOfSomeValues() {
        assertEquals(3, Turns.median(new double[]{5, 1, 3}));
        assertEquals(2.5, Turns.median(new double[]{4, 1, 3, 2}));
        assertThrows(IllegalArgumentException.class, () -> new Turns(0, CpuTimes.ofMachine()));
    }
}
