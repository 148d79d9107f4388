package dev.tegula.bench.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process whose streams are files. It ends at the latest when this JVM does, on a signal too, with all that it has started and not left to itself;
 * and the files are deleted.
 */
final class EngineProcess implements AutoCloseable {
    /** More than any prints. */
    private static final int MAX_BYTES = 16 << 20;

    private final Thread hook = new Thread(this::end, "tegula-peer-end");
    private Path out;
    private Path err;
    private Process process;
    private boolean ended;

    /**
     * Starts it; its standard input is empty.
     *
     * @throws IllegalStateException when this JVM is ending
     */
    EngineProcess(List<String> command) throws IOException {
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            start(command);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private synchronized void start(List<String> command) throws IOException {
        if (ended) {
            throw new IllegalStateException("this program is ending");
        }
        out = Files.createTempFile("tegula-peer", ".out");
        err = Files.createTempFile("tegula-peer", ".err");
        process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
    }

    /** Waits until it has ended by itself, or the time is over: then it answers false. */
    boolean ends(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Its exit status, once it has ended. */
    int status() {
        return process.exitValue();
    }

    /** What it has written to its standard output. */
    String out() throws IOException {
        return text(out);
    }

    /** What it has written to its standard error. */
    String err() throws IOException {
        return text(err);
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it printed more than " + MAX_BYTES + " bytes");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** In the order in which a shell cannot go on to its next command. */
    private synchronized void end() {
        ended = true;
        if (process != null) {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
        }
        try {
            for (Path file : new Path[]{out, err}) {
                if (file != null) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            // The system's folder for such files is emptied by others.
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and finds nothing left to do.
        }
    }
}
