package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled programs are kept, found again, and compiled again when their file is no good. */
class BinaryCacheTest {
    private static final Source ELEMENTS = Source.of("elements", "rows.cl");

    @TempDir
    Path folder;

    @Test
    void keepsWhatItIsGiven() {
        BinaryCache cache = new BinaryCache(Optional.of(folder.resolve("new")));
        String key = BinaryCache.key("source", "options");
        assertEquals(Optional.empty(), cache.read(key));
        cache.write(key, new byte[]{1, 2, 3});
        assertArrayEquals(new byte[]{1, 2, 3}, cache.read(key).orElseThrow());
        assertNotEquals(key, BinaryCache.key("sourceo", "ptions"));
    }

    @Test
    void aDamagedFileIsNone() throws IOException {
        BinaryCache cache = new BinaryCache(Optional.of(folder));
        String key = BinaryCache.key("x");
        cache.write(key, new byte[]{1, 2, 3});
        byte[] file = Files.readAllBytes(folder.resolve(key));
        file[file.length - 1] ^= 1;
        Files.write(folder.resolve(key), file);
        assertEquals(Optional.empty(), cache.read(key));
        Files.write(folder.resolve(key), new byte[]{7});
        assertEquals(Optional.empty(), cache.read(key));
    }

    @Test
    void withoutAFolderNothingIsKept() throws IOException {
        BinaryCache none = new BinaryCache(Optional.empty());
        none.write("x", new byte[]{1});
        assertEquals(Optional.empty(), none.read("x"));
        Path file = Files.createFile(folder.resolve("a file"));
        BinaryCache broken = new BinaryCache(Optional.of(file));
        broken.write("x", new byte[]{1});
        assertEquals(Optional.empty(), broken.read("x"));
    }

    @Test
    void theSecondStartCompilesNothing() throws IOException {
        assertEquals(0, programsFromCache());
        assertEquals(1, programsFromCache());
        // Whole as a file, but no program: the driver refuses it, and it is compiled and kept again.
        BinaryCache cache = new BinaryCache(Optional.of(folder));
        for (Path file : files()) {
            cache.write(file.getFileName().toString(), "no program".getBytes());
        }
        assertEquals(0, programsFromCache());
        assertEquals(1, programsFromCache());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".bin")).toList();
        }
    }

    private int programsFromCache() {
        OpenClDevice facts = TestDevice.facts();
        try (OpenedDevice device = OpenedDevice.open(facts, Shape.of(facts.kind()),
                new BinaryCache(Optional.of(folder)))) {
            BuiltProgram program = device.built(ELEMENTS);
            assertEquals(program, device.built(ELEMENTS));
            new Launch(device, "test", ELEMENTS, "elementwise", 64).release();
            return device.fromCache();
        }
    }
}
