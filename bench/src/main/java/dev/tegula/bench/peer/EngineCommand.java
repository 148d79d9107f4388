package dev.tegula.bench.peer;

import dev.tegula.bench.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A command that measures a model and prints tokens per second ({@link Speeds} says in which forms).
 *
 * @param name of the engine
 * @param command its words
 */
public record EngineCommand(String name, List<String> command) {
    /** More than any prints. */
    private static final int MAX_BYTES = 16 << 20;
    private static final String MODEL = "{model}";
    private static final String THREADS = "{threads}";

    public EngineCommand {
        command = List.copyOf(command);
    }

    /** For the shell. */
    static EngineCommand ofShell(String name, String line) {
        return new EngineCommand(name, List.of("sh", "-c", line));
    }

    /** Whether it says which model it measures by the model's place, so that it serves for several. */
    public boolean namesModel() {
        return command.stream().anyMatch(word -> word.contains(MODEL));
    }

    /** The same with a model's file for {@code {model}}, in quotation marks of the shell, and threads for {@code {threads}}. */
    public EngineCommand with(Path model, int threads) {
        String quoted = Shell.quoted(model.toAbsolutePath().toString());
        return new EngineCommand(name, command.stream()
                .map(word -> word.replace(MODEL, quoted).replace(THREADS, Integer.toString(threads)))
                .toList());
    }

    /**
     * Runs it.
     *
     * @param limit after which it and all that it has started are ended
     * @return what it printed of tokens per second
     * @throws IllegalStateException when it fails, takes too long or prints none; the message has its exit status and the last line of
     *         its standard error
     */
    List<Speed> run(Duration limit) throws InterruptedException {
        try {
            Path out = Files.createTempFile("tegula-peer", ".out");
            Path err = Files.createTempFile("tegula-peer", ".err");
            try {
                return run(limit, out, err);
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot be run: " + e.getMessage(), e);
        }
    }

    private List<Speed> run(Duration limit, Path out, Path err) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("did not end within " + limit.toSeconds() + " s" + last(err));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException("exit status " + process.exitValue() + last(err));
        }
        List<Speed> speeds = Speeds.of(text(out));
        if (speeds.isEmpty()) {
            // Some print their times there.
            speeds = Speeds.of(text(err));
        }
        if (speeds.isEmpty()) {
            throw new IllegalStateException(
                    "printed no tokens per second of prefill or decode, exit status 0" + last(err));
        }
        return speeds;
    }

    private static String last(Path err) throws IOException {
        return text(err).lines()
                .filter(line -> !line.isBlank())
                .reduce((before, line) -> line)
                .map(line -> ": " + line.strip())
                .orElse("");
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("it printed more than " + MAX_BYTES + " bytes");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** Reads {@code name=command}. */
    public static final class Converter implements ITypeConverter<EngineCommand> {
        @Override
        public EngineCommand convert(String text) {
            int at = text.indexOf('=');
            if (at < 1 || text.substring(at + 1).isBlank()) {
                throw new TypeConversionException("'" + text + "' is not name=command");
            }
            return ofShell(text.substring(0, at).strip(), text.substring(at + 1).strip());
        }
    }
}
