package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.graph.Value;
import dev.tegula.tensor.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong while a weight cache is written. */
@Timeout(60)
class PackedWriterTest {
    @TempDir
    Path folder;

    private final PackedFixture model = new PackedFixture();
    private Path path;
    private WeightCache cache;

    @BeforeEach
    void name() {
        path = folder.resolve("m.packed");
        cache = new WeightCache(path, false);
    }

    @AfterEach
    void close() {
        model.close();
    }

    private void assertNothingElseIn(Path where) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            assertEquals(List.of(), files.filter(file -> !file.equals(path)).toList());
        }
    }

    @Test
    void aFullDiskLeavesNothingBehind() throws IOException {
        for (int good = 0; good < 12; good++) {
            int writes = good;
            int[] count = {0};
            PackedWriter writer = model.writer(temporary -> new RandomAccessFile(temporary.toFile(), "rw") {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    super.write(bytes, from, length);
                    fail();
                }

                @Override
                public void write(byte[] bytes) throws IOException {
                    super.write(bytes);
                    fail();
                }

                private void fail() throws IOException {
                    if (++count[0] > writes) {
                        throw new IOException("No space left on device");
                    }
                }
            });
            boolean isDone = false;
            try {
                writer.write(path, model.key(), model.weights);
                isDone = true;
            } catch (IOException e) {
                assertEquals("No space left on device", e.getMessage());
            }
            assertEquals(isDone, Files.exists(path));
            assertEquals(isDone, count[0] <= writes);
            assertNothingElseIn(folder);
        }
    }

    @Test
    void whatIsReadBackMustBeWhatWasWritten() throws IOException {
        PackedWriter writer = model.writer(temporary -> new RandomAccessFile(temporary.toFile(), "rw") {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                bytes[from] ^= 1;
                super.write(bytes, from, length);
            }
        });
        assertThrows(UnusableCacheException.class, () -> writer.write(path, model.key(), model.weights));
        assertFalse(Files.exists(path));
        assertNothingElseIn(folder);
    }

    @Test
    void aModelThatFailsOrChangesMeanwhileLeavesNoCache() throws IOException {
        RuntimeException fault = new IllegalStateException("meant to");
        WeightSource failing = new WeightSource() {
            @Override
            public void read(Value weight, long from, MemorySegment dst, long to, long bytes) {
                throw fault;
            }

            @Override
            public Map<String, String> identity() {
                return model.identity;
            }
        };
        int[] asked = {0};
        WeightSource changing = new WeightSource() {
            @Override
            public void read(Value weight, long from, MemorySegment dst, long to, long bytes) {
                model.read(weight, from, dst, to, bytes);
            }

            @Override
            public Map<String, String> identity() throws IOException {
                if (asked[0]++ > 0) {
                    throw new IOException("was modified");
                }
                return model.identity;
            }
        };
        try (Storage storage = new Storage("failing")) {
            assertEquals(fault, assertThrows(RuntimeException.class, () -> new PackedWeights(model.weights, failing,
                    model.workers, Loading.SILENT, storage).open(cache, "m")));
            assertTrue(new PackedWeights(model.weights, changing, model.workers, Loading.SILENT, storage)
                    .open(cache, "m")
                    .isEmpty());
        }
        assertFalse(Files.exists(path));
        assertNothingElseIn(folder);
    }
}
