package dev.tegula.bench.peer;

import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tegula bench peers}: our matrix products beside those of other libraries. */
@Command(name = "peers", description = "Measures matrix products beside those of other libraries, by turns, "
        + "and prints how many times as fast ours are: the median of the rounds and their range. Each side's result is checked first.")
public final class PeersCommand implements Callable<Integer> {
    @picocli.CommandLine.Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--engine", paramLabel = "NAME", description = "Whose kernels are ours: vec, nat-avx2, ... (default: the best there is).")
    private String engine = KernelTable.load()
            .providers()
            .stream()
            .filter(provider -> provider.unavailable().isEmpty())
            .findFirst()
            .map(KernelProvider::engine)
            .orElseThrow();

    @Option(names = "--threads", paramLabel = "N", description = "Threads of both sides (default: the CPUs, ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only products whose line contains a match, such as '4096x4096 beside OpenBLAS'.")
    private Pattern filter = Pattern.compile("");

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each product (default: ${DEFAULT-VALUE}).")
    private int rounds = 15;

    @Option(names = "--slice", paramLabel = "MS", description = "Milliseconds of each side in a round (default: ${DEFAULT-VALUE}).")
    private int slice = 100;

    private boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        if (threads < 1 || rounds < 1 || slice < 1) {
            throw new ParameterException(spec.commandLine(), "--threads, --rounds and --slice must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        PeerMeter meter = new PeerMeter(threads, rounds, slice * 1_000_000L);
        meter.missing(filter).forEach(out::println);
        out.println(engine + ", " + threads + (threads == 1 ? " thread" : " threads"));
        out.println(format("product", "peer", "ours", "theirs", "ratio", "range", "disturbed"));
        for (PeerMeter.Pairing pairing : meter.pairings(filter)) {
            out.println(line(meter, pairing));
            out.flush();
        }
        return failed ? 1 : 0;
    }

    /** A line of the table, or what failed; the other lines are worth having. */
    private String line(PeerMeter meter, PeerMeter.Pairing pairing) throws InterruptedException {
        try {
            return line(meter.measure(pairing, engine));
        } catch (RuntimeException e) {
            failed = true;
            return pairing + ": " + e.getMessage();
        }
    }

    private static String line(PeerRow row) {
        double[] ratios = row.shares();
        Arrays.sort(ratios);
        return format(row.name(), row.peer(), String.format(Locale.ROOT, "%.1f %s", row.rate(), row.unit()),
                String.format(Locale.ROOT, "%.1f %s", row.other(), row.unit()),
                String.format(Locale.ROOT, "%.2f", Turns.median(ratios)),
                String.format(Locale.ROOT, "%.2f to %.2f", ratios[0], ratios[ratios.length - 1]),
                row.disturbed() + " of " + ratios.length);
    }

    private static String format(String... columns) {
        return String.format(Locale.ROOT, "%-22s %-20s %14s %14s %7s %15s %11s", (Object[]) columns).stripTrailing();
    }
}
