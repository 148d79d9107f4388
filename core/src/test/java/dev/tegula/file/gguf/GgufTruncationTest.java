package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tegula.tensor.DType;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Another program cuts off a file that is open. A child Java does the reading, so that its death, which is what must not
 * happen, would be seen; in the interpreter and compiled, before and while it reads.
 */
class GgufTruncationTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"mapped", "mapped -Xint", "mapped -XX:TieredStopAtLevel=1", "read"})
    void aCutOffFileIsAnExceptionAndTheProcessLives(String way) throws Exception {
        assumeFalse(System.getProperty("os.name").startsWith("Windows"), "Windows refuses to cut off a mapped file");
        Path log = folder.resolve("log");
        List<String> command = new java.util.ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-Xshare:auto"));
        if (way.contains(" ")) {
            command.add(way.substring(way.indexOf(' ') + 1));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Reader.class.getName(),
                folder.resolve("m.gguf").toString(), Boolean.toString(way.equals("read"))));
        Process child = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertTrue(child.waitFor(120, TimeUnit.SECONDS), "the child hangs");
        String said = Files.readString(log, StandardCharsets.UTF_8);
        assertEquals(0, child.exitValue(), said);
        assertTrue(said.endsWith("alive\n"), said);
    }

    /** The child. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] args) throws Exception {
            Path path = Path.of(args[0]);
            GgufOptions options = GgufOptions.defaults().withNoMmap(Boolean.parseBoolean(args[1]));
            for (int length : new int[]{1, 63, 64, 4096, 8 * MIB}) {
                before(path, options, length);
            }
            whileReading(path, options);
            System.out.println("alive");
        }

        private static void write(Path path) throws IOException {
            byte[] header = GgufWriter.create().hole("a", DType.F32, MIB / 2).hole("b", DType.F32, 4 * MIB).header();
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(0);
                file.write(header);
                file.setLength(18 * MIB + (header.length + 31) / 32 * 32);
            }
        }

        /** Copies often enough to be compiled. */
        private static void warmUp(Path path, GgufOptions options) throws IOException {
            write(path);
            try (GgufFile file = GgufFile.open(path, options); Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(512);
                for (int i = 0; i < 20_000; i++) {
                    file.read(file.tensor("b"), i, target, 0, 1 + i % 512);
                }
            }
        }

        private static void cut(Path path, long length) throws IOException {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
        }

        /** Cut off between opening and reading: what is left is readable, the rest refused each time. */
        private static void before(Path path, GgufOptions options, int length) throws IOException {
            write(path);
            try (GgufFile file = GgufFile.open(path, options); Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(length);
                GgufTensor b = file.tensor("b");
                file.read(b, 0, target, 0, length);
                cut(path, b.fileOffset() + 100);
                file.read(file.tensor("a"), 0, target, 0, Math.min(length, 2 * MIB));
                for (long at : new long[]{99, 100, 5000, 8L * MIB}) {
                    for (int i = 0; i < 20; i++) {
                        if (at + length > 100) {
                            refused(file, b, at, target, length);
                        }
                    }
                }
                file.read(b, 36, target, 0, Math.min(length, 64));
            }
        }

        private static void refused(GgufFile file, GgufTensor tensor, long at, MemorySegment target, int length) {
            try {
                file.read(tensor, at, target, 0, length);
            } catch (GgufException refusal) {
                if (refusal.code() == GgufErrorCode.TRUNCATED_WHILE_OPEN && refusal.field().equals("b")
                        && refusal.getMessage().contains("was truncated while it was open")) {
                    return;
                }
                throw refusal;
            }
            throw new AssertionError("read " + length + " bytes at " + at + " that are gone");
        }

        /** Cut off by another thread in the middle of copies. */
        private static void whileReading(Path path, GgufOptions options) throws Exception {
            for (int round = 0; round < 4; round++) {
                write(path);
                AtomicBoolean reading = new AtomicBoolean();
                Thread cutter = Thread.ofPlatform().start(() -> {
                    try {
                        while (!reading.get()) {
                            Thread.onSpinWait();
                        }
                        cut(path, 4096);
                    } catch (IOException failure) {
                        throw new AssertionError(failure);
                    }
                });
                try (GgufFile file = GgufFile.open(path, options); Arena arena = Arena.ofConfined()) {
                    MemorySegment target = arena.allocate(16 * MIB);
                    boolean refused = false;
                    while (!refused) {
                        reading.set(true);
                        try {
                            file.read(file.tensor("b"), 0, target, 0, 16 * MIB);
                        } catch (GgufException refusal) {
                            refused = refusal.code() == GgufErrorCode.TRUNCATED_WHILE_OPEN;
                        }
                    }
                }
                cutter.join();
            }
        }
    }
}
