package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuTimesTest {
    @Test
    void readsTheLineOfAllCpus(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("stat");
        Files.writeString(file, "cpu  10 20 30 400 5 6 7 80 9 9\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n");
        CpuTimes.Reading first = new CpuTimes(file).read();
        assertEquals(new CpuTimes.Reading(558, 80), first);
        Files.writeString(file, "cpu  60 20 30 430 5 6 7 100 9 9\n");
        assertEquals(0.2, new CpuTimes(file).read().stolenSince(first), 1e-9);
        assertEquals(0, first.stolenSince(first));
    }

    @Test
    void nothingIsStolenWhereNobodyCounts(@TempDir Path folder) throws IOException {
        Path absent = folder.resolve("none");
        assertEquals(new CpuTimes.Reading(0, 0), new CpuTimes(absent).read());
        Files.writeString(absent, "cpu  1 2 3 4\n");
        assertEquals(0, new CpuTimes(absent).read().stolen());
        assertTrue(CpuTimes.ofMachine().read().all() >= 0);
    }
}
