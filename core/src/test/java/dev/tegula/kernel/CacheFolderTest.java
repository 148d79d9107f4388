package dev.tegula.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
    @Test
    void isTheUsersFolderForCaches() {
        assertEquals(Optional.of(Path.of("here")), CacheFolder.find("here", "/caches", "/home/u"));
        assertEquals(Optional.of(Path.of("/caches/tegula")), CacheFolder.find(null, "/caches", "/home/u"));
        assertEquals(Optional.of(Path.of("/home/u/.cache/tegula")), CacheFolder.find("", "", "/home/u"));
        assertEquals(Optional.of(Path.of("/home/u/.cache/tegula")), CacheFolder.find(null, "relative", "/home/u"));
        assertEquals(Optional.empty(), CacheFolder.find(null, null, "?"));
        assertEquals(Optional.empty(), CacheFolder.find(null, null, null));
        assertTrue(assertThrows(IOException.class, () -> CacheFolder.require(Optional.empty())).getMessage()
                .contains(CacheFolder.PROPERTY));
    }

    @Test
    void writesAWholeFileAndNothingElse(@TempDir Path root) throws IOException {
        Path file = root.resolve("new").resolve("file");
        CacheFolder.prepare(file);
        CacheFolder.write(file, "one");
        Path link = Files.createSymbolicLink(root.resolve("link"), file);
        CacheFolder.write(link, "two");
        assertEquals("two", Files.readString(file));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList());
        }
    }
}
