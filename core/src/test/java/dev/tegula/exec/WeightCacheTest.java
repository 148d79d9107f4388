package dev.tegula.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tile.Packing;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class WeightCacheTest {
    private static final Logger LOGGER = Logger.getLogger("dev.tegula.exec");

    @TempDir
    Path folder;

    private final PackedFixture model = new PackedFixture();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            log.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Path path;
    private WeightCache cache;

    @BeforeEach
    void listen() {
        path = folder.resolve("m.packed");
        cache = new WeightCache(path, false);
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void close() {
        LOGGER.removeHandler(handler);
        LOGGER.setUseParentHandlers(true);
        model.close();
    }

    private void assertLogged(Level level, String text) {
        assertEquals(1, log.size(), log::toString);
        assertTrue(log.getFirst().startsWith(level + " ") && log.getFirst().contains(path.toString())
                && log.getFirst().contains(text), log::toString);
        log.clear();
    }

    private void assertNothingElseIn(Path where) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            assertEquals(List.of(), files.filter(file -> !file.equals(path)).toList());
        }
    }

    /** Opens a cache that has been made useless, which makes it again, so that it is of use the next time. */
    private void assertRebuilt(String reason) {
        assertTrue(model.open(cache, true) > 0);
        assertLogged(Level.INFO, reason);
        assertEquals(0, model.open(cache, true));
        assertEquals(List.of(), log);
    }

    @Test
    void theSecondOpenReadsNoWeights() throws IOException {
        assertRebuilt("does not exist");
        assertEquals(0, model.open(cache.withVerify(true), true));
        assertNothingElseIn(folder);
    }

    @Test
    void anotherModelProcessorOrLayoutIsNotMistaken() throws IOException {
        model.open(cache, true);
        log.clear();
        for (String fact : List.of("length", "header hash")) {
            model.identity.put(fact, "other");
            assertRebuilt("is stale: it was made for the " + fact);
        }
        model.identity.put("one more", "fact");
        assertRebuilt("the one more null");
        model.identity.remove("one more");
        assertRebuilt("another key");
        String architecture = System.setProperty("os.arch", "abacus");
        try {
            assertRebuilt("the processor");
        } finally {
            System.setProperty("os.arch", architecture);
        }
        assertRebuilt("the processor abacus");
    }

    @Test
    void anotherPlanIsServedByAFileThatHasItsWeights() throws IOException {
        model.open(cache, true);
        log.clear();
        Plan.Weight last = model.weights.removeLast();
        assertEquals(0, model.open(cache, true), "fewer weights");
        Collections.reverse(model.weights);
        assertEquals(0, model.open(cache, true), "in another order");
        model.weights.add(last);
        model.add("one more", DType.F32, 2, 2, Packing.STORED);
        assertRebuilt("has no one more packed as stored");
        model.weights.removeLast();
        model.add("norm", DType.F16, 1, 33, Packing.STORED);
        assertUnusable("another type");
    }

    @Test
    void aNewVersionOfALayoutIsRebuilt() throws IOException {
        model.weights.clear();
        model.add("w", DType.F32, 2, 2, version(1));
        assertRebuilt("does not exist");
        model.weights.clear();
        model.add("w", DType.F32, 2, 2, version(2));
        assertRebuilt("has no w packed as rows.2");
    }

    private static Packing version(int version) {
        return new Packing() {
            @Override
            public String id() {
                return "rows." + version;
            }

            @Override
            public int groupRows() {
                return 1;
            }

            @Override
            public long groupBytes(DType type, int cols) {
                return STORED.groupBytes(type, cols);
            }

            @Override
            public void packGroup(DType type, int cols, int rows, MemorySegment src, long srcOffset, MemorySegment dst,
                    long dstOffset) {
                STORED.packGroup(type, cols, rows, src, srcOffset, dst, dstOffset);
            }
        };
    }

    /** Opens without making it again; a failure must be of the kind that leads to that. */
    private void assertUnusable(String what) {
        try (Storage storage = new Storage("unusable")) {
            assertThrows(UnusableCacheException.class, () -> PackedFile.open(path, PackedWeights.key(model),
                    model.weights, Optional.empty(), storage), what);
        }
    }

    @Test
    void aTruncatedFileIsRebuilt() throws IOException {
        model.open(cache, true);
        log.clear();
        byte[] whole = Files.readAllBytes(path);
        for (int length = whole.length - 1; length >= 0; length -= length < 1200 ? 1 : 997) {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(length);
            }
            assertUnusable("cut off at " + length);
            if (length % 100 == 0) {
                assertRebuilt("truncated");
                assertArrayEquals(whole, Files.readAllBytes(path));
            }
        }
        Files.write(path, new byte[1], java.nio.file.StandardOpenOption.APPEND);
        assertUnusable("one byte more");
    }

    @Test
    void aFlippedBitOfTheHeaderIsFound() throws IOException {
        model.open(cache, true);
        log.clear();
        byte[] whole = Files.readAllBytes(path);
        int header = PackedHeader.layout(PackedWeights.key(model), model.weights).encode().length;
        for (int at = 0; at < header; at++) {
            for (int bit = 0; bit < 8; bit++) {
                poke(at, (byte) (whole[at] ^ 1 << bit));
                assertUnusable("byte " + at);
            }
            if (at >= 8 && at % 50 == 0) {
                assertRebuilt("");
                assertArrayEquals(whole, Files.readAllBytes(path));
            }
            poke(at, whole[at]);
        }
        assertEquals(0, model.open(cache, true));
        poke(8, (byte) 9);
        assertRebuilt("has format version 9, not 1");
    }

    private void poke(long at, byte value) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            file.write(value);
        }
    }

    @Test
    void aDamagedSectionIsFoundWhenAskedFor() throws IOException {
        model.open(cache, true);
        log.clear();
        byte[] whole = Files.readAllBytes(path);
        for (PackedHeader.Section section : PackedHeader.layout(PackedWeights.key(model), model.weights).sections()) {
            for (long at : new long[]{section.offset(), section.offset() + section.bytes() - 1}) {
                poke(at, (byte) ~whole[(int) at]);
                try (Storage storage = new Storage("damaged")) {
                    List<byte[]> found = PackedFixture.bytes(model.packed(storage).open(cache, "m").orElseThrow());
                    assertThrows(AssertionError.class, () -> PackedFixture.assertSame(model.expected(), found));
                }
                assertTrue(model.open(cache.withVerify(true), true) > 0);
                assertLogged(Level.INFO, "has a damaged " + section.name());
            }
        }
    }

    @Test
    void otherFilesAreLeftAsTheyAre() throws IOException {
        for (String content : List.of("GGUF and so on", "TEGULAPX", "x")) {
            Files.writeString(path, content);
            model.open(cache, false);
            assertLogged(Level.WARNING, "is no weight cache");
            assertEquals(content, Files.readString(path));
        }
        Files.delete(path);
        Files.createDirectory(path);
        model.open(cache, false);
        assertLogged(Level.WARNING, "is no weight cache");
        assertTrue(Files.isDirectory(path));
    }

    @Test
    void whereNothingCanBeWrittenWeightsArePackedInMemory() throws IOException {
        path = folder.resolve("no such folder").resolve("m.packed");
        model.open(new WeightCache(path, false), false);
        assertTrue(log.removeFirst().startsWith("INFO"));
        assertLogged(Level.WARNING, "cannot be written");
        assertFalse(Files.exists(path.getParent()));
    }

    @Test
    void aFolderThatIsReadOnlyIsLikeNone() throws IOException {
        Path locked = Files.createDirectory(folder.resolve("locked"));
        path = locked.resolve("m.packed");
        assumeFalse(!locked.toFile().setWritable(false) || Files.isWritable(locked), "a user who may write anywhere");
        model.open(new WeightCache(path, false), false);
        assertTrue(log.removeFirst().startsWith("INFO"));
        assertLogged(Level.WARNING, "cannot be written");
    }

    @Test
    void aSourceWithoutIdentityIsRefused() {
        model.identity.clear();
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> model.open(cache, true));
        assertTrue(refusal.getMessage().startsWith("model: a weight cache (" + path + ")"), refusal::getMessage);
    }

    @Test
    void severalMayOpenAtOnce() throws Exception {
        for (int round = 0; round < 3; round++) {
            Files.deleteIfExists(path);
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try (PackedFixture own = new PackedFixture()) {
                        own.open(cache, true);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), failures);
            assertEquals(0, model.open(cache.withVerify(true), true));
            assertNothingElseIn(folder);
        }
    }

    @Test
    void anInterruptIsKeptAndDoesNoHarm() throws Exception {
        for (int i = 0; i < 2; i++) {
            Thread.currentThread().interrupt();
            assertEquals(i == 0, model.open(cache, true) > 0);
            assertTrue(Thread.interrupted());
        }
        Thread opener = Thread.currentThread();
        AtomicBoolean stop = new AtomicBoolean();
        Thread nuisance = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                opener.interrupt();
                Thread.onSpinWait();
            }
        });
        for (int i = 0; i < 20; i++) {
            model.open(cache, true);
        }
        stop.set(true);
        while (nuisance.isAlive()) {
            Thread.interrupted();
            Thread.onSpinWait();
        }
        Thread.interrupted();
    }

    @Test
    void whatIsMappedEndsWithItsOwner() {
        Storage storage = new Storage("m");
        List<MemorySegment> mapped = model.packed(storage).open(cache, "m").orElseThrow();
        assertTrue(mapped.stream().allMatch(segment -> segment.isReadOnly() && segment.address() % 4096 == 0));
        assertEquals(0, storage.bytes(), "nothing is allocated");
        storage.close();
        for (MemorySegment segment : mapped) {
            assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    @Test
    void replacingTheFileLeavesOpenMappingsWhole() throws IOException {
        List<byte[]> expected = model.expected();
        try (Storage storage = new Storage("m")) {
            List<MemorySegment> mapped = model.packed(storage).open(cache, "m").orElseThrow();
            model.identity.put("length", "2");
            model.open(cache, true);
            PackedFixture.assertSame(expected, PackedFixture.bytes(mapped));
        }
    }

    @Test
    void aModelThatHasGoneIsNotTakenForTheCache() {
        model.fault = new NoSuchFileException("m.gguf");
        model.open(cache, false);
        assertLogged(Level.WARNING, "cannot be compared with the model file: " + model.fault);
    }

    @Test
    void aLinkToNothingIsLeftAsItIs() throws IOException {
        Files.createSymbolicLink(path, folder.resolve("nothing"));
        model.open(cache, false);
        assertLogged(Level.WARNING, "is a symbolic link to " + folder.resolve("nothing") + ", which does not exist");
        assertTrue(Files.isSymbolicLink(path));
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere")).resolve("real.packed");
        model.open(new WeightCache(elsewhere, false), true);
        Files.createSymbolicLink(path, elsewhere);
        assertEquals(0, model.open(cache, true));
        model.identity.put("length", "2");
        assertTrue(model.open(cache, true) > 0);
        assertTrue(Files.isSymbolicLink(path));
        assertEquals(0, model.open(new WeightCache(elsewhere, true), true));
    }
}
