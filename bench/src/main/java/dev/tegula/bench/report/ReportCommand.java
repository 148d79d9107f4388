package dev.tegula.bench.report;

import dev.tegula.bench.Failures;
import dev.tegula.bench.Shell;
import dev.tegula.bench.Threads;
import dev.tegula.bench.model.ModelSource;
import dev.tegula.bench.peer.EngineCommand;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuClock;
import dev.tegula.file.gguf.GgufException;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tegula bench report}: every op and whole models beside the machine's limits and other libraries, on a page. */
@Command(name = "report", description = "Measures the kernels of every op and whole models, each by turns with the machine's limit for it, "
        + "and matrix products by turns with those of other libraries, after all answers were compared. Writes report.json, which 'tegula bench compare' reads, and report.html, a page "
        + "that needs nothing else. Takes some minutes.")
public final class ReportCommand implements Callable<Integer> {
    private static final String PROPERTY = "-Dtegula.";
    /** What the launcher says of itself: the commit has a place of its own, and the rest changes no kernel. */
    private static final Pattern OF_LAUNCHER = Pattern
            .compile(PROPERTY + "(launcher|commit|stdin\\.terminal|stderr\\.terminal)=");

    @picocli.CommandLine.Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the two files go (default: the current folder).")
    private Path out = Path.of("");

    @Option(names = "--full", description = "All engines that run here but the scalar twin, not only the best: some times as long.")
    private boolean full;

    @Option(names = "--engines", split = ",", paramLabel = "NAME", description = "These engines: vec, nat-avx2, ...")
    private List<String> engines = List.of();

    @Option(names = "--model", paramLabel = "FILE", description = "A GGUF file that is measured whole; may be given several times (default: the embedded model).")
    private List<Path> models = List.of();

    @Option(names = "--peer", paramLabel = "NAME=COMMAND", converter = EngineCommand.Converter.class, description = "Another engine: a command that measures the model and prints tokens per second, run by turns with "
            + "our own bench; {model} and {threads} stand for the file and the threads. May be given several times.")
    private List<EngineCommand> peers = List.of();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that share a call (default: the CPUs, ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only rows whose name contains a match, such as 'MatMul.*Q4_0'.")
    private Pattern filter = Pattern.compile("");

    @Override
    public Integer call() throws InterruptedException, IOException {
        Threads.check(spec, threads);
        for (Path model : models) {
            if (!Files.isReadable(model)) {
                throw new ParameterException(spec.commandLine(), "--model " + model + ": no file that can be read");
            }
            open(model);
        }
        if (!peers.isEmpty() && models.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--peer needs --model: the file that both sides measure");
        }
        if (models.size() > 1 && !peers.stream().allMatch(EngineCommand::namesModel)) {
            throw new ParameterException(spec.commandLine(),
                    "--peer needs {model} in its command where there are several models");
        }
        PrintWriter err = spec.commandLine().getErr();
        ClockWatch watch = new ClockWatch(CpuClock.ofMachine());
        Log log = new Log(err, watch);
        Survey survey = new Survey(scope(log), log, watch);
        if (survey.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--filter " + filter + " matches no row");
        }
        Path json = out.resolve("report.json");
        Path page = out.resolve("report.html");
        prepare(json, page);
        Report report = survey.measure(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                System.getProperty("tegula.commit", ""), command(),
                options(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        err.println("frequency: " + report.clock().frequency());
        err.println("throttling: " + report.clock().throttling());
        err.flush();
        Files.writeString(json, ReportFile.json(report));
        Files.writeString(page, Page.html(report));
        spec.commandLine().getOut().println(json + "\n" + page);
        spec.commandLine().getOut().flush();
        return log.failed() ? 1 : 0;
    }

    /** This command as it was given. */
    private String command() {
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        List<String> words = new ArrayList<>(List.of("./tegula", "bench", spec.name()));
        words.addAll(given.subList(given.indexOf(spec.name()) + 1, given.size()));
        return Shell.line(words);
    }

    /** What is no model is found before kernels are measured for minutes. */
    private void open(Path model) {
        try {
            ModelSource.of(model).open().close();
        } catch (GgufException e) {
            throw new ParameterException(spec.commandLine(), "--model " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "--model " + Failures.message(e), e);
        }
    }

    /** Opens the files, without a change to what they hold: nobody should measure for minutes what cannot be written. */
    private void prepare(Path... files) {
        try {
            Files.createDirectories(out.toAbsolutePath());
            for (Path file : files) {
                boolean there = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
                Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
                if (!there) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), "--out " + out + ": " + Failures.message(e), e);
        }
    }

    private Survey.Scope scope(Log log) {
        List<KernelProvider> chosen = engines();
        List<ModelSource> sources = models.isEmpty()
                ? ModelSource.embedded().stream().toList()
                : models.stream().map(ModelSource::of).toList();
        if (sources.isEmpty()) {
            log.missing("the embedded model: it is not on the class path (./tegula bench report puts it there)");
        }
        return new Survey.Scope(chosen, engines, sources, peers, threads, filter);
    }

    private List<KernelProvider> engines() {
        Map<String, KernelProvider> here = KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.unavailable().isEmpty())
                .collect(
                        Collectors.toMap(KernelProvider::engine, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        for (String engine : engines) {
            if (!here.containsKey(engine)) {
                throw new ParameterException(spec.commandLine(),
                        "--engines " + engine + ": there are " + here.keySet());
            }
        }
        if (!engines.isEmpty()) {
            return engines.stream().distinct().map(here::get).toList();
        }
        // The scalar twin takes minutes for what others do in milliseconds, so it is left out where there are others.
        if (here.size() > 1) {
            here.remove("ref");
        }
        return here.values().stream().limit(full ? here.size() : 1).toList();
    }

    /** Those that say how the JVM and the kernels run; other properties may hold what is nobody's business. */
    static List<String> options(List<String> arguments) {
        return arguments.stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--add-modules")
                        || option.startsWith(PROPERTY) && !OF_LAUNCHER.matcher(option).lookingAt())
                .toList();
    }
}
