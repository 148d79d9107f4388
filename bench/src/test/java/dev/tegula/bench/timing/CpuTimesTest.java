package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.CpuTimes.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuTimesTest {
    private static final String CPUS = "cpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 1 1 1 1 1 1 1 1 1 1\nintr 5\ncpu9 1 1\n";

    @TempDir
    Path root;

    private Reading read() {
        return new CpuTimes(root).read();
    }

    private void system(String line) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("proc")).resolve("stat"), line + "\n" + CPUS);
    }

    /** Ticks behind a name with all that may confuse; Latin-1 is no UTF-8. */
    private void process(long user, long system, long childrenUser, long childrenSystem) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("proc/self")).resolve("stat"),
                "42 (b\u00e9n) R 9\n(c) S 1 2 3 4 5 6 7 8 9 10 " + user + " " + system + " " + childrenUser + " "
                        + childrenSystem + " 20 0 1 0 5963421\n",
                StandardCharsets.ISO_8859_1);
    }

    @Test
    void readsTheLineOfAllCpusAndWhatIsOurs() throws IOException {
        system("cpu  10 20 30 400 5 6 7 80 9 9");
        process(1, 2, 30, 4);
        assertEquals(new Reading(2, 558, 80, 73 - 37), read());
    }

    @Test
    void othersAreGuestsAndProcesses() throws IOException {
        system("cpu  100 0 0 100 0 0 0 10");
        process(50, 0, 0, 0);
        Reading first = read();
        assertEquals(0, first.stolenSince(first));
        // User, system and interrupts 70 ticks more, of which 5 + 6 + 7 + 8 ours; and 20 of other guests.
        system("cpu  140 10 10 110 0 5 5 30");
        process(55, 6, 7, 8);
        assertEquals((20 + 44) / 100.0, read().stolenSince(first), 1e-9);
    }

    @Test
    void aFewTicksOfProcessesAreNoSign() throws IOException {
        system("cpu  100 0 0 0 0 0 0 0");
        process(100, 0, 0, 0);
        Reading first = read();
        system("cpu  109 0 0 0 0 0 0 0");
        process(106, 0, 0, 0);
        assertEquals(0, read().stolenSince(first));
        // Two CPUs and two ticks of rounding.
        process(105, 0, 0, 0);
        assertEquals(4 / 9.0, read().stolenSince(first), 1e-9);
        // Found too seldom; other guests are counted by the host, so that a tick is a tick.
        process(115, 0, 0, 0);
        system("cpu  109 0 0 0 0 0 0 1");
        assertEquals(0.1, read().stolenSince(first), 1e-9);
    }

    @Test
    void nothingIsStolenWhereNobodyCounts() throws IOException {
        assertEquals(new Reading(0, 0, 0, 0), read());
        Files.writeString(Files.createDirectories(root.resolve("proc")).resolve("stat"), "cpu0 1 2 3 4 5\n");
        assertEquals(new Reading(0, 0, 0, 0), read());
        Files.writeString(root.resolve("proc/stat"), "cpu  1 2 3 4\n");
        // Without our own time all would be others'.
        assertEquals(new Reading(0, 10, 0, 0), read());
        process(1, 1, 1, 1);
        assertEquals(new Reading(0, 10, 0, 2), read());
        Files.writeString(root.resolve("proc/self/stat"), "42 (short) R 1 2 3\n");
        assertEquals(new Reading(0, 10, 0, 0), read());
    }

    @Test
    void thisMachinesTicksGrow() throws InterruptedException {
        Reading before = CpuTimes.ofMachine().read();
        TimeUnit.MILLISECONDS.sleep(50);
        Reading after = CpuTimes.ofMachine().read();
        assertTrue(after.all() >= before.all() && after.guests() >= before.guests());
        double share = after.stolenSince(before);
        assertTrue(share >= 0 && share <= 1, share + " of the CPUs");
    }

    @Test
    void littleIsNotWorthAWord() {
        assertEquals("", CpuTimes.words(0.0099));
        assertEquals("1 %", CpuTimes.words(0.01));
        assertEquals("37 %", CpuTimes.words(0.37));
    }
}
