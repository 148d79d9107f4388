package dev.tegula.bench.peer;

import dev.tegula.bench.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A command that measures a model and prints tokens per second ({@link Speeds} says in which forms).
 *
 * @param name of the engine
 * @param command its words
 */
public record EngineCommand(String name, List<String> command) {
    private static final String MODEL = "{model}";
    private static final String THREADS = "{threads}";
    /** The first word, where it is the name of a program or its path and nothing that a shell would make something else of. */
    private static final Pattern PROGRAM = Pattern.compile("[A-Za-z0-9_./+-]+(?=\\s|$)");

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
        try (EngineProcess process = new EngineProcess(command)) {
            if (!process.ends(limit)) {
                throw new IllegalStateException("did not end within " + limit.toSeconds() + " s" + last(process));
            }
            if (process.status() != 0) {
                throw new IllegalStateException(status(process));
            }
            List<Speed> speeds = Speeds.of(process.out());
            if (speeds.isEmpty()) {
                // Some print their times there.
                speeds = Speeds.of(process.err());
            }
            if (speeds.isEmpty()) {
                throw new IllegalStateException(
                        "printed no tokens per second of prefill or decode, exit status 0" + last(process));
            }
            return speeds;
        } catch (IOException e) {
            throw new IllegalStateException("cannot be run: " + e.getMessage(), e);
        }
    }

    /**
     * Asks the shell whether it knows a program, where a line begins with a plain one; nothing of the line is run.
     *
     * @throws IllegalStateException when it does not; the message is that of running the line
     */
    void find(Duration limit) throws InterruptedException {
        Matcher program = PROGRAM.matcher(command.getLast());
        if (!program.lookingAt()) {
            return;
        }
        // In quotation marks a word such as "if" is none of the shell's own.
        String name = Shell.quoted(program.group());
        List<String> question = List.of("sh", "-c", "command -v " + name + " > /dev/null || " + name);
        try (EngineProcess process = new EngineProcess(question)) {
            if (process.ends(limit) && process.status() != 0) {
                throw new IllegalStateException(status(process));
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot be run: " + e.getMessage(), e);
        }
    }

    private static String status(EngineProcess process) throws IOException {
        return "exit status " + process.status() + last(process);
    }

    private static String last(EngineProcess process) throws IOException {
        return process.err()
                .lines()
                .filter(line -> !line.isBlank())
                .reduce((before, line) -> line)
                .map(line -> ": " + line.strip())
                .orElse("");
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
