package dev.tegula.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.Clock;
import dev.tegula.nat.PeakLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeaksFileTest {
    private static final Machine HERE = new Machine("A \"CPU\"", "Linux 6", 4, "A JVM", new Sizes(1, 2, 3, 4));
    private static final MachinePeaks PEAKS = new MachinePeaks(1, HERE, "2026-01-02T03:04:05Z",
            new Clock("powersave", 2400.5, 3000, 3200, 3700, "", 2, "", Map.of()),
            List.of(new Peak(PeakLoop.READ, Level.DRAM, 4, "java", 10.5, 9, 11, 1, 9, 2, 0.25),
                    new Peak(PeakLoop.READ, Level.DRAM, 4, "nat-avx2", 11.5, 9, 12, 1, 9, 2, 0.25),
                    new Peak(PeakLoop.FMA, Level.CORE, 1, "nat-avx2", 30, 29, 31, 1, 9, 0, 0)),
            List.of("bf16 dot: none"));

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("machine.json");
    }

    private PeaksFile file() {
        return new PeaksFile(Optional.of(path()));
    }

    private String reason(Machine here) {
        return assertThrows(PeaksFile.UnusableException.class, () -> file().read(here)).getMessage();
    }

    @Test
    void givesBackWhatWasWritten() throws Exception {
        assertEquals(path(), file().write(PEAKS));
        assertEquals(PEAKS, file().read(HERE));
    }

    @Test
    void peaksThatWereKeptBeforeFrequenciesWereAreRead() throws Exception {
        file().write(PEAKS);
        String text = Files.readString(path());
        Files.writeString(path(),
                text.substring(0, text.indexOf("\"clock\"")) + text.substring(text.indexOf("\"peaks\"")));
        MachinePeaks old = file().read(HERE);
        assertEquals(Clock.NOT_NOTED, old.clock());
        assertEquals(PEAKS.peaks(), old.peaks());
        assertTrue(PeaksTable.of(old).contains("frequency: not noted"), PeaksTable.of(old));
    }

    @Test
    void holdsForItsMachineOnly() throws IOException {
        file().write(PEAKS);
        assertTrue(reason(new Machine("B", "Linux 6", 4, "A JVM", HERE.sizes())).contains("another CPU (A \"CPU\")"));
        assertTrue(reason(new Machine(HERE.cpu(), "Linux 7", 2, "A JVM", HERE.sizes())).contains("4 CPUs, not 2"));
    }

    @Test
    void saysWhatIsWrongWithIt() throws IOException {
        assertTrue(reason(HERE).contains("no peaks"));
        file().write(PEAKS);
        String text = Files.readString(path());
        for (String wrong : List.of("", "{", "[]", "null", "7", text + "x",
                text.replace("\"schema\" : 1", "\"schema\" : 2"),
                text.replace("\"READ\"", "\"WRITE\""), text.replace("\"date\"", "\"day\""),
                text.replace("10.5", "-1"), text.replace("10.5", "\"x\""),
                text.replace("\"machine\" : {", "\"machine\" : null, \"m\" : {"),
                " ".repeat(2 << 20))) {
            Files.writeString(path(), wrong);
            assertTrue(reason(HERE).contains("machine.json"), reason(HERE));
        }
        Files.write(path(), new byte[]{(byte) 0xFF});
        assertTrue(reason(HERE).contains("machine.json"));
        Files.delete(path());
        Files.createDirectory(path());
        assertTrue(reason(HERE).contains("machine.json"));
    }

    @Test
    void whatWasOverATenthHigherStays() {
        MachinePeaks now = new MachinePeaks(1, HERE, "2026-01-03T03:04:05Z", Clock.NOT_NOTED,
                List.of(new Peak(PeakLoop.READ, Level.DRAM, 4, "java", 10, 9, 11, 1, 9, 2, 0.25),
                        new Peak(PeakLoop.READ, Level.DRAM, 4, "nat-avx2", 6, 5, 7, 1, 9, 2, 0.25),
                        new Peak(PeakLoop.FMA, Level.CORE, 4, "nat-avx2", 15, 14, 16, 1, 9, 0, 0)),
                List.of());
        MachinePeaks both = now.orHigherOf(PEAKS);
        assertEquals(List.of(now.peaks().get(0), PEAKS.peaks().get(1), now.peaks().get(2)), both.peaks());
        assertEquals(now.date(), both.date());
        assertEquals(now.clock(), both.clock());
        Machine updated = new Machine(HERE.cpu(), "Linux 7", 4, "A JVM", HERE.sizes());
        assertEquals(now,
                now.orHigherOf(new MachinePeaks(1, updated, PEAKS.date(), PEAKS.clock(), PEAKS.peaks(), List.of())));
    }

    @Test
    void needsAFolder() {
        PeaksFile none = new PeaksFile(Optional.empty());
        assertThrows(PeaksFile.UnusableException.class, () -> none.read(HERE));
        assertThrows(IOException.class, none::prepare);
        assertThrows(IOException.class, () -> none.write(PEAKS));
    }
}
