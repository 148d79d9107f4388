package dev.tegula.bench.peer;

import dev.tegula.bench.Threads;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tegula bench peers}: our matrix products beside those of other libraries, or a model beside other engines. */
@Command(name = "peers", description = "Measures matrix products beside those of other libraries or, with --model and --peer, a model beside other engines, by turns, "
        + "and prints how many times as fast ours are: the median of the rounds and their range. Of products each side's answer is checked first; of what a command computes only its figures are seen.")
public final class PeersCommand implements Callable<Integer> {
    private static final int ROUNDS = 15;
    private static final int PAIRS = 3;
    private static final Pattern ALL = Pattern.compile("");

    @picocli.CommandLine.Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--engine", paramLabel = "NAME", description = "Whose kernels are ours: vec, nat-avx2, ..., of a model several with commas between them (default: the best there are).")
    private String engine;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of both sides (default: the CPUs, ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only products whose line contains a match, such as '4096x4096 beside OpenBLAS'.")
    private Pattern filter = ALL;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each product (default: 15), or pairs of runs of each command (default: 3).")
    private Integer rounds;

    @Option(names = "--slice", paramLabel = "MS", description = "Milliseconds of each side in a round (default: ${DEFAULT-VALUE}).")
    private int slice = 100;

    @Option(names = "--model", paramLabel = "FILE", description = "A GGUF file: measure whole models instead of products, beside the commands that --peer names.")
    private Path model;

    @Option(names = "--peer", paramLabel = "NAME=COMMAND", converter = EngineCommand.Converter.class, description = "Another engine: a command that measures the model and prints tokens per second, run by turns with "
            + "our own bench; {model} and {threads} stand for the file and the threads. May be given several times.")
    private List<EngineCommand> commands = List.of();

    private boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        if (rounds != null && rounds < 1 || slice < 1) {
            throw new ParameterException(spec.commandLine(), "--rounds and --slice must be at least 1");
        }
        Threads.check(spec, threads);
        if (model == null != commands.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--model and --peer belong together");
        }
        if (model != null && !Files.isReadable(model)) {
            throw new ParameterException(spec.commandLine(), "--model " + model + ": no file that can be read");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (model == null) {
            products(out);
        } else {
            engines(out);
        }
        return failed ? 1 : 0;
    }

    private void engines(PrintWriter out) throws InterruptedException {
        out.println(model.getFileName() + ", " + threads + (threads == 1 ? " thread" : " threads"));
        out.println(format("test", "peer", "ours", "theirs", "ratio", "range", "disturbed", "others"));
        for (EngineCommand peer : commands) {
            try {
                EngineMeter meter = new EngineMeter(threads, engine == null ? List.of() : List.of(engine.split(",")),
                        rounds == null ? PAIRS : rounds);
                meter.measure(model, peer)
                        .forEach(row -> out.println(line(row, row.name().substring(row.name().indexOf(' ') + 1))));
            } catch (IllegalStateException e) {
                failed = true;
                out.println(peer.name() + ": " + e.getMessage());
            }
            out.flush();
        }
    }

    private static String best() {
        return KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.unavailable().isEmpty())
                .findFirst()
                .map(KernelProvider::engine)
                .orElseThrow();
    }

    private void products(PrintWriter out) throws InterruptedException {
        String ours = engine == null ? best() : engine;
        PeerMeter meter = new PeerMeter(threads, rounds == null ? ROUNDS : rounds, slice * 1_000_000L);
        if (meter.names(filter).isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--filter " + filter + " matches no product; there are\n  "
                    + String.join("\n  ", meter.names(ALL)));
        }
        meter.missing(filter).forEach(out::println);
        out.println(ours + ", " + threads + (threads == 1 ? " thread" : " threads"));
        out.println(format("product", "ours", "theirs", "ratio", "range", "disturbed", "others", "peer"));
        for (PeerMeter.Pairing pairing : meter.pairings(filter)) {
            out.println(line(meter, pairing, ours));
            out.flush();
        }
    }

    /** A line of the table, or what failed; the other lines are worth having. */
    private String line(PeerMeter meter, PeerMeter.Pairing pairing, String ours) throws InterruptedException {
        try {
            PeerRow row = meter.measure(pairing, ours);
            return line(row, row.name());
        } catch (RuntimeException e) {
            failed = true;
            return pairing + ": " + e.getMessage();
        }
    }

    /** A line of the table. */
    static String line(PeerRow row, String name) {
        double[] ratios = row.shares();
        Arrays.sort(ratios);
        return format(name, String.format(Locale.ROOT, "%.1f %s", row.rate(), row.unit()),
                String.format(Locale.ROOT, "%.1f %s", row.other(), row.unit()),
                String.format(Locale.ROOT, "%.2f", Turns.median(ratios)),
                String.format(Locale.ROOT, "%.2f to %.2f", ratios[0], ratios[ratios.length - 1]),
                row.disturbed() + " of " + ratios.length,
                CpuTimes.words(row.stolen()), row.peer());
    }

    private static String format(String... columns) {
        return String.format(Locale.ROOT, "%-22s %14s %14s %7s %15s %11s %6s  %s", (Object[]) columns)
                .stripTrailing();
    }
}
