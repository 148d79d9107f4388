package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path folder;
    Path path;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("m.gguf");
        byte[] data = new byte[64];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) i;
        }
        GgufWriter.create()
                .putString("general.architecture", "llama")
                .tensor("a", DType.F32, new long[]{4, 2, 2}, MemorySegment.ofArray(data))
                .hole("b", DType.F16, 5)
                .write(path);
    }

    private Map<String, String> identity(GgufOptions options) throws IOException {
        try (GgufFile file = GgufFile.open(path, options)) {
            return file.identity();
        }
    }

    @Test
    void anotherLengthTimeHeaderOrDialectIsAnotherIdentity() throws IOException {
        FileTime time = Files.getLastModifiedTime(path);
        byte[] content = Files.readAllBytes(path);
        Map<String, String> identity = identity(GgufOptions.defaults());
        assertEquals(List.of("length", "modification time", "header hash", "dialect"), List.copyOf(identity.keySet()));
        assertEquals(identity, identity(GgufOptions.defaults().withNoMmap(true)));
        assertOtherFact("dialect", identity, identity(GgufOptions.defaults().withDialect(GgufDialect.BITNET_ARM)));
        Files.setLastModifiedTime(path, FileTime.from(time.toInstant().plusNanos(1000)));
        assertOtherFact("modification time", identity, identity(GgufOptions.defaults()));
        content[content.length - 1]++;
        Files.write(path, content);
        Files.setLastModifiedTime(path, time);
        assertEquals(identity, identity(GgufOptions.defaults()), "a tensor's data are not looked at");
        content[new String(content, StandardCharsets.ISO_8859_1).indexOf("llama")]++;
        Files.write(path, content);
        Files.setLastModifiedTime(path, time);
        assertOtherFact("header hash", identity, identity(GgufOptions.defaults()));
        content[new String(content, StandardCharsets.ISO_8859_1).indexOf("mlama")]--;
        Files.write(path, Arrays.copyOf(content, content.length + 1));
        Files.setLastModifiedTime(path, time);
        assertOtherFact("length", identity, identity(GgufOptions.defaults()));
    }

    private static void assertOtherFact(String name, Map<String, String> one, Map<String, String> other) {
        assertEquals(one.keySet(), other.keySet());
        assertEquals(List.of(name), one.keySet().stream().filter(k -> !one.get(k).equals(other.get(k))).toList());
    }

    @Test
    void aFileInMemoryHasNoIdentityAndAChangedOneNoneAnyMore() throws IOException {
        try (GgufFile file = GgufFile.read(Files.readAllBytes(path), "memory", GgufOptions.defaults())) {
            assertEquals(Map.of(), file.identity());
        }
        try (GgufFile file = GgufFile.open(path)) {
            file.identity();
            Files.setLastModifiedTime(path, FileTime.fromMillis(0));
            assertTrue(assertThrows(IOException.class, file::identity).getMessage().contains("was modified"));
        }
    }

    @Test
    void describesItsTensors() throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            GgufTensor a = file.tensor("a");
            assertEquals(List.of("a", "b"), file.tensors().stream().map(GgufTensor::name).toList());
            assertEquals(DType.F32, a.type());
            assertArrayEquals(new long[]{4, 2, 2}, a.dims());
            assertEquals(3, a.rank());
            assertEquals(4, a.dim(0));
            assertEquals(1, a.dim(3));
            assertThrows(IndexOutOfBoundsException.class, () -> a.dim(4));
            assertEquals(16, a.elements());
            assertEquals(64, a.bytes());
            assertEquals(0, a.part());
            a.dims()[0] = 99;
            assertEquals(4, a.dim(0));
            assertEquals(74, file.tensorBytes());
            assertEquals(Files.size(path), file.fileBytes());
            assertEquals(List.of(path.toString()), file.parts());
            assertEquals(64, file.tensor("b").offset());
            assertThrows(UnsupportedOperationException.class, () -> file.tensors().clear());
            GgufException missing = assertThrows(GgufException.class, () -> file.tensor("blk.0.attn_q.weight"));
            assertEquals(GgufErrorCode.MISSING_TENSOR, missing.code());
            assertEquals("blk.0.attn_q.weight", missing.field());
            assertTrue(file.findTensor("nothing").isEmpty());
        }
    }

    @Test
    void checksEveryRange() throws IOException {
        try (GgufFile file = GgufFile.open(path);
                GgufFile other = GgufFile.open(path);
                Arena arena = Arena.ofConfined()) {
            GgufTensor a = file.tensor("a");
            MemorySegment target = arena.allocate(64);
            file.read(a, 64, target, 64, 0);
            for (long[] wrong : new long[][]{{0, 0, 65}, {1, 0, 64}, {-1, 0, 1}, {0, 1, 64}, {0, -1, 1}, {0, 0, -1},
                {Long.MAX_VALUE, 0, 2}, {0, Long.MAX_VALUE, 2}, {65, 0, 0}}) {
                assertThrows(IndexOutOfBoundsException.class, () -> file.read(a, wrong[0], target, wrong[1], wrong[2]));
            }
            assertThrows(IllegalArgumentException.class, () -> other.read(a, 0, target, 0, 1));
            MemorySegment heap = MemorySegment.ofArray(new byte[8]);
            file.read(a, 8, heap, 0, 8);
            assertArrayEquals(new byte[]{8, 9, 10, 11, 12, 13, 14, 15}, heap.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void useAfterCloseIsAnException() throws IOException {
        GgufOptions options = GgufOptions.defaults();
        for (GgufFile file : List.of(GgufFile.open(path), GgufFile.open(path, options.withNoMmap(true)),
                GgufFile.read(Files.readAllBytes(path), "m", options))) {
            file.close();
            file.close();
            assertEquals("llama", file.metadata().getString("general.architecture"));
            MemorySegment target = MemorySegment.ofArray(new byte[64]);
            assertThrows(IllegalStateException.class, () -> file.read(file.tensor("a"), 0, target, 0, 64));
        }
    }

    @Test
    void anInterruptedThreadMayReadAndDoesNotCloseTheFile() throws Exception {
        for (boolean noMmap : new boolean[]{false, true}) {
            try (GgufFile file = GgufFile.open(path, GgufOptions.defaults().withNoMmap(noMmap))) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread thread = Thread.ofPlatform().start(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        file.read(file.tensor("a"), 0, MemorySegment.ofArray(new byte[64]), 0, 64);
                    } catch (Throwable failure) {
                        thrown.set(failure);
                    }
                });
                thread.join();
                assertEquals(null, thrown.get());
                file.read(file.tensor("a"), 0, MemorySegment.ofArray(new byte[64]), 0, 64);
            }
        }
    }

    @Test
    void anInterruptIsKeptAndDoesNotStopAFileFromOpening() throws IOException {
        for (boolean noMmap : new boolean[]{false, true}) {
            Thread.currentThread().interrupt();
            try (GgufFile file = GgufFile.open(path, GgufOptions.defaults().withNoMmap(noMmap))) {
                assertTrue(Thread.interrupted());
                file.read(file.tensor("a"), 0, MemorySegment.ofArray(new byte[64]), 0, 64);
            } finally {
                Thread.interrupted();
            }
        }
    }

    @Test
    void manyThreadsReadAtOnce() throws Exception {
        for (boolean noMmap : new boolean[]{false, true}) {
            try (GgufFile file = GgufFile.open(path, GgufOptions.defaults().withNoMmap(noMmap))) {
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                List<Thread> threads = List.of(0, 16, 32, 48).stream().map(at -> Thread.ofPlatform().start(() -> {
                    try {
                        byte[] bytes = new byte[16];
                        for (int i = 0; i < 2000; i++) {
                            file.read(file.tensor("a"), at, MemorySegment.ofArray(bytes), 0, 16);
                            for (int k = 0; k < 16; k++) {
                                assertEquals(at + k, bytes[k]);
                            }
                        }
                    } catch (Throwable failure) {
                        thrown.set(failure);
                    }
                })).toList();
                for (Thread thread : threads) {
                    thread.join();
                }
                assertEquals(null, thrown.get());
            }
        }
    }

    @Test
    void namesWhatIsNotAFile() {
        assertThrows(NoSuchFileException.class, () -> GgufFile.open(folder.resolve("absent.gguf")));
        GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.open(folder));
        assertEquals(GgufErrorCode.NOT_GGUF, refusal.code());
        assertEquals(folder.toString(), refusal.file());
    }

    @Test
    void readsAStreamThatDribbles() throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        InputStream dribble = new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] target, int at, int length) {
                return super.read(target, at, Math.min(length, 7));
            }

            @Override
            public int available() {
                return 0;
            }
        };
        try (GgufFile file = GgufFile.read(dribble, "dribble", GgufOptions.defaults())) {
            assertEquals(bytes.length, file.fileBytes());
            assertEquals("dribble", file.name());
        }
    }

    @Test
    void aFailingStreamIsAnIOException() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken pipe");
            }
        };
        IOException failure = assertThrows(IOException.class,
                () -> GgufFile.read(broken, "broken", GgufOptions.defaults()));
        assertInstanceOf(IOException.class, failure);
        assertEquals("broken pipe", failure.getMessage());
    }

    @Test
    void readsALargeVocabularyCompactly() throws IOException {
        int tokens = 128_256;
        List<String> texts = java.util.stream.IntStream.range(0, tokens).mapToObj(i -> "token" + i).toList();
        Path large = folder.resolve("vocab.gguf");
        GgufWriter.create().putStrings("tokenizer.ggml.tokens", texts).write(large);
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        GgufFile.open(large).close();
        long before = threads.getCurrentThreadAllocatedBytes();
        try (GgufFile file = GgufFile.open(large)) {
            long taken = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(taken < 4 * Files.size(large), taken + " bytes were allocated");
            GgufArray array = file.metadata().getStringArray("tokenizer.ggml.tokens");
            assertEquals(tokens, array.size());
            assertEquals("token128255", array.string(tokens - 1));
        }
    }
}
