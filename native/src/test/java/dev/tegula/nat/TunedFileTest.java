package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was measured is kept, and passed over with a line in the log where it does not hold. */
class TunedFileTest {
    private static final Logger LOGGER = Logger.getLogger("dev.tegula.nat");
    private static final Blockings TABLE = BlockingTable.of(Isa.AVX2, 1 << 20);
    private static final Blockings TUNED = TABLE.with(LinearKind.FLOATS,
            TABLE.of(LinearKind.FLOATS).withStep(64).withRows(120));

    @TempDir
    private Path folder;

    private final List<String> logged = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void leave() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
    }

    private TunedFile file(Isa isa, String cpu, String library) {
        return new TunedFile(Optional.of(folder.resolve("new").resolve("blocking.properties")), isa, () -> cpu,
                () -> library);
    }

    private TunedFile file() {
        return file(Isa.AVX2, "A CPU: of 2.5 GHz = fast", "1a2b");
    }

    @Test
    void givesBackWhatWasWritten() throws IOException {
        assertEquals(Optional.empty(), file().read());
        Path path = file().write(TABLE, "2026-01-01");
        assertEquals(path, file().write(TUNED, "2026-02-03"));
        Blockings read = file().read().orElseThrow();
        assertEquals(TUNED.byKind(), read.byKind());
        assertTrue(read.source().contains("2026-02-03") && read.source().contains(path.toString()), read.source());
        try (Stream<Path> files = Files.list(path.getParent())) {
            assertEquals(List.of(path), files.toList());
        }
        assertEquals(List.of(), logged);
    }

    @Test
    void holdsForItsCpuLibraryAndEngineOnly() throws IOException {
        file().write(TUNED, "2026-02-03");
        assertEquals(Optional.empty(), file(Isa.AVX2, "another", "1a2b").read());
        assertEquals(Optional.empty(), file(Isa.AVX2, "A CPU: of 2.5 GHz = fast", "1a2c").read());
        assertEquals(Optional.empty(), file(Isa.NEON, "A CPU: of 2.5 GHz = fast", "1a2b").read());
        assertEquals(3, logged.size(), logged.toString());
        assertTrue(logged.get(0).startsWith("INFO ") && logged.get(0).contains("another cpu (A CPU: of"),
                logged.get(0));
        assertTrue(logged.get(1).contains("another library (1a2b)"), logged.get(1));
        assertTrue(logged.get(2).contains("another engine (nat-avx2)"), logged.get(2));
    }

    @Test
    void isPassedOverWhenDamaged() throws IOException {
        Path path = file().write(TUNED, "2026-02-03");
        String text = Files.readString(path);
        List<String> damaged = List.of("", "\0\0\0", "version=1\n", text.replace("mc 120", "mc 121"),
                text.replace("mr 3", "mr 16"), text.replace("kc 256", "kc 128"),
                text.replace("blocks256=", "blocks255="),
                text.replace("date=", "day="), text + "\\u12", "x=" + "y".repeat(20_000), text.substring(0, 150));
        for (String wrong : damaged) {
            logged.clear();
            Files.writeString(path, wrong);
            assertEquals(Optional.empty(), file().read(), wrong);
            assertEquals(1, logged.size(), wrong + logged);
            assertTrue(logged.getFirst().startsWith("WARNING ") && logged.getFirst().contains(path.toString()),
                    logged.getFirst());
        }
        Files.write(path, new byte[]{(byte) 0xFF, (byte) 0xC0});
        assertEquals(Optional.empty(), file().read());
        Files.delete(path);
        Files.createDirectory(path);
        assertEquals(Optional.empty(), file().read());
    }

    @Test
    void needsAFolder() {
        TunedFile none = new TunedFile(Optional.empty(), Isa.AVX2, () -> "cpu", () -> "");
        assertEquals(Optional.empty(), none.read());
        assertTrue(assertThrows(IOException.class, () -> none.write(TUNED, "today")).getMessage()
                .contains(CacheFolder.PROPERTY));
    }
}
