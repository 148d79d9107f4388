package dev.tegula.bench.peer;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.KernelCase;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
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
    private static final List<Product> PRODUCTS = List.of(new Product(DType.F32, 512, 512, 512),
            new Product(DType.F32, 1024, 1024, 1024), new Product(DType.F32, 2048, 2048, 2048),
            new Product(DType.F32, 4096, 4096, 4096), new Product(DType.F32, 8, 4096, 4096),
            new Product(DType.F32, 32, 4096, 4096), new Product(DType.INT8_G128, 32, 4096, 4096),
            new Product(DType.INT8_G128, 512, 4096, 4096));

    private final List<Peer> peers = new ArrayList<>(List.of(new OpenBlas()));
    private final CpuTimes times = CpuTimes.ofMachine();

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

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only products whose line contains a match.")
    private Pattern filter = Pattern.compile("");

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each product (default: ${DEFAULT-VALUE}).")
    private int rounds = 15;

    @Option(names = "--slice", paramLabel = "MS", description = "Milliseconds of each side in a round (default: ${DEFAULT-VALUE}).")
    private int slice = 100;

    private boolean failed;

    /** Finds the peers. */
    public PeersCommand() {
        ServiceLoader.load(Peer.class).forEach(peers::add);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (threads < 1 || rounds < 1 || slice < 1) {
            throw new ParameterException(spec.commandLine(), "--threads, --rounds and --slice must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(engine + ", " + threads + (threads == 1 ? " thread" : " threads"));
        out.println(format("product", "peer", "ours", "theirs", "ratio", "range", "disturbed"));
        for (Product product : PRODUCTS) {
            for (Peer peer : peers) {
                if (peer.multiplies(product) && filter.matcher(product + " " + peer.name()).find()) {
                    Optional<String> reason = peer.unavailable();
                    out.println(reason.isPresent()
                            ? product + " " + peer.name() + ": " + reason.get()
                            : line(product, peer));
                    out.flush();
                }
            }
        }
        return failed ? 1 : 0;
    }

    /** A line of the table, or what failed; the other lines are worth having. */
    private String line(Product product, Peer peer) throws InterruptedException {
        try {
            return measure(product, peer);
        } catch (RuntimeException e) {
            failed = true;
            return product + " " + peer.name() + ": " + e.getMessage();
        }
    }

    private String measure(Product product, Peer peer) throws InterruptedException {
        try (KernelCase ours = new KernelCase(engine, KernelBench.USUAL, request(product), product.m(), 0, threads);
                Peer.Call theirs = peer.bind(product, threads)) {
            ours.check();
            theirs.check();
            Pairs.Result result = new Pairs(rounds, slice * 1_000_000L, times).measure(ours::run, theirs::run);
            double[] ratios = result.ratios();
            return format(product.toString(), peer.name(), rate(product, result.ours()), rate(product, result.theirs()),
                    String.format(Locale.ROOT, "%.2f", Turns.median(ratios)),
                    String.format(Locale.ROOT, "%.2f to %.2f", ratios[0], ratios[ratios.length - 1]),
                    result.disturbed() + " of " + rounds);
        }
    }

    /** Multiply-adds per nanosecond, which is 10^9 per second. */
    private static String rate(Product product, double[] nanos) {
        return String.format(Locale.ROOT, "%.1f GMAC/s", product.multiplyAdds() / Turns.median(nanos));
    }

    private static String format(String... columns) {
        return String.format(Locale.ROOT, "%-22s %-20s %14s %14s %7s %15s %11s", (Object[]) columns).stripTrailing();
    }

    private static KernelRequest request(Product product) {
        return new KernelRequest(new Op.MatMul(false, false),
                List.of(new Spec(Activations.typeFor(product.numbers()), Dim.TOKENS, product.k()),
                        new Spec(product.numbers(), Dim.of(product.n()), product.k())),
                List.of(new Spec(DType.F32, Dim.TOKENS, product.n())));
    }
}
