package dev.tegula.bench.model;

import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import dev.tegula.model.ModelOptions;
import dev.tegula.sample.SamplingOptions;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The start of a JVM that opens a model and answers with one token: none of the code is compiled yet, the file is in the system's
 * cache after the first time.
 */
public final class ColdStart {
    /** Tokens of the prompt, where the model's context has room for as many. */
    public static final int PROMPT = 32;
    /** Without the name of an exception of ours or the library's, where it has a message. */
    private static final Pattern UNCAUGHT = Pattern
            .compile("^Exception in thread \"[^\"]*\" (?:[\\w.$]+Exception: )?(.*)");
    private static final String FIRST = "first token after loading for ";

    private ColdStart() {}

    /**
     * What a start took, in seconds.
     *
     * @param load of opening the model
     * @param firstToken from the start of the JVM to the token
     */
    public record Times(double load, double firstToken) {}

    /**
     * Starts a JVM with the options of this one.
     *
     * @param threads that the model runs on
     * @throws IllegalStateException when it fails; the message says why, as far as the JVM did
     */
    public static Times measure(ModelSource source, int threads) throws InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean()
                .getInputArguments()
                .stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ColdStart.class.getName(),
                Integer.toString(threads)));
        source.file().ifPresent(file -> command.add(file.toString()));
        try {
            long begun = System.nanoTime();
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            double firstToken = 0;
            double load = 0;
            List<String> words = new ArrayList<>();
            try (BufferedReader lines = process.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    words.add(line);
                    if (line.startsWith(FIRST)) {
                        firstToken = (System.nanoTime() - begun) / 1e9;
                        load = Long.parseLong(line.substring(FIRST.length())) / 1e9;
                    }
                }
            }
            if (process.waitFor() != 0 || load == 0) {
                throw new IllegalStateException("a JVM that loads " + source.name() + " ended with "
                        + process.exitValue() + ": " + cause(words));
            }
            return new Times(load, firstToken);
        } catch (IOException e) {
            throw new IllegalStateException("no JVM could be started: " + e.getMessage(), e);
        }
    }

    /** The message of the exception that ended it, above the stack, or what it wrote last. */
    static String cause(List<String> words) {
        return words.stream()
                .map(UNCAUGHT::matcher)
                .filter(Matcher::find)
                .map(line -> line.group(1))
                .findFirst()
                .orElse(words.isEmpty() ? "it wrote nothing" : words.getLast());
    }

    /** What that JVM does: {@code THREADS [FILE]}. */
    public static void main(String[] args) throws IOException {
        ModelSource source = args.length > 1
                ? ModelSource.of(Path.of(args[1]))
                : ModelSource.embedded().orElseThrow(() -> new IOException("there is no embedded model"));
        EngineOptions options = EngineOptions.defaults()
                .withModel(ModelOptions.defaults().withThreads(Integer.parseInt(args[0])));
        long begun = System.nanoTime();
        try (Engine engine = source.engine(options); Session session = engine.newSession()) {
            long load = System.nanoTime() - begun;
            int[] prompt = new int[Math.min(PROMPT, session.context() - 1)];
            int vocabulary = engine.model().spec().vocabulary();
            Arrays.setAll(prompt, i -> (i * 7919 + 1) % vocabulary);
            GenerationResult result = session.generate(
                    Request.tokens(prompt).sampling(SamplingOptions.greedy()).maxTokens(1).build(), text -> {});
            if (result.promptTokens() != prompt.length) {
                throw new IllegalStateException("a prompt of " + prompt.length + " tokens was read as one of "
                        + result.promptTokens());
            }
            System.out.println(FIRST + load);
            System.out.flush();
        }
    }
}
