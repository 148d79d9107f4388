package dev.tegula.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineProcessTest {
    @TempDir
    Path folder;

    @BeforeEach
    void shell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell");
    }

    /** A JVM that runs a command of the shell for longer than anybody waits. */
    static final class Waiting {
        private Waiting() {}

        public static void main(String[] args) throws InterruptedException {
            EngineCommand.ofShell("engine", args[0]).run(Duration.ofMinutes(10));
        }
    }

    /** Also of what the command has started, and when only the JVM gets the signal. */
    @Test
    void nothingIsLeftWhenTheJvmIsEnded() throws IOException, InterruptedException {
        Path pids = folder.resolve("pids");
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary, "-cp", System.getProperty("java.class.path"), Waiting.class.getName(),
                "sleep 120 & echo $$ $! . > " + pids + "; wait; sleep 120").redirectErrorStream(true).start();
        try {
            await(() -> Files.exists(pids) && text(pids).contains("."));
            assertEquals(2, files(temporary).size(), "it has begun");
            jvm.destroy();
            assertTrue(jvm.waitFor(1, TimeUnit.MINUTES), "it ends");
            assertEquals(List.of(), files(temporary));
            for (String pid : text(pids).replace(".", "").strip().split(" ")) {
                // One that has ended but that nobody has asked for its status has no command any more.
                await(() -> ProcessHandle.of(Long.parseLong(pid)).flatMap(p -> p.info().command()).isEmpty());
            }
        } finally {
            jvm.descendants().forEach(ProcessHandle::destroyForcibly);
            jvm.destroyForcibly();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.getFileName().toString().startsWith("tegula-peer")).toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long begun = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - begun < 60_000_000_000L, "waited for a minute");
            Thread.sleep(20);
        }
    }
}
