package dev.tegula.bench.report;

import dev.tegula.bench.Suites;
import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.peer.PeerMeter;
import dev.tegula.bench.peer.PeerRow;
import dev.tegula.bench.timing.Paired;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code tegula bench report}: every op beside the machine's limits, on a page. */
@Command(name = "report", description = "Measures the kernels of every op, each by turns with the machine's limit for it, after its "
        + "answer was compared with the scalar twin's. Writes report.json, which 'tegula bench compare' reads, and report.html, a page "
        + "that needs nothing else. Takes some minutes.")
public final class ReportCommand implements Callable<Integer> {
    private static final int ROUNDS = 9;
    private static final long PEER_SLICE = 60_000_000;

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

    @Option(names = "--threads", paramLabel = "N", description = "Threads that share a call (default: the CPUs, ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only rows whose name contains a match, such as 'MatMul.*Q4_0'.")
    private Pattern filter = Pattern.compile("");

    private Log log;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (threads < 1 || threads > 1024) {
            throw new ParameterException(spec.commandLine(), "--threads " + threads + ": from 1 to 1024");
        }
        List<String> chosen = engines();
        List<Workload> workloads = new ArrayList<>();
        for (Class<? extends KernelBench> suite : Suites.all()) {
            Workload.of(suite).stream().filter(w -> filter.matcher(w.toString()).find()).forEach(workloads::add);
        }
        PeerMeter peers = new PeerMeter(threads, ROUNDS, PEER_SLICE);
        if (workloads.isEmpty() && peers.pairings(filter).isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--filter " + filter + " matches no row");
        }
        // Nobody should measure for minutes what cannot be written.
        Files.createDirectories(out.toAbsolutePath());
        Path json = out.resolve("report.json");
        Path page = out.resolve("report.html");
        Report report = measure(chosen, workloads, peers);
        Files.writeString(json, ReportFile.json(report));
        Files.writeString(page, Page.html(report));
        spec.commandLine().getOut().println(json + "\n" + page);
        spec.commandLine().getOut().flush();
        return log.failed() ? 1 : 0;
    }

    private List<String> engines() {
        List<String> here = KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.unavailable().isEmpty())
                .map(KernelProvider::engine)
                .toList();
        for (String engine : engines) {
            if (!here.contains(engine)) {
                throw new ParameterException(spec.commandLine(), "--engines " + engine + ": there are " + here);
            }
        }
        if (!engines.isEmpty()) {
            return engines;
        }
        // The scalar twin takes minutes for what others do in milliseconds.
        return full ? here.stream().filter(engine -> !engine.equals("ref")).toList() : here.subList(0, 1);
    }

    private Report measure(List<String> chosen, List<Workload> workloads, PeerMeter peers)
            throws InterruptedException {
        String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        List<PeerMeter.Pairing> pairings = peers.pairings(filter);
        log = new Log(spec.commandLine().getErr(), (workloads.size() + pairings.size()) * chosen.size());
        try (Limits limits = new Limits(threads, ROUNDS)) {
            limits.missing().forEach(log::missing);
            peers.missing(filter).forEach(log::missing);
            KernelMeter kernels = new KernelMeter(limits, threads, ROUNDS);
            List<Row> rows = new ArrayList<>();
            List<PeerRow> beside = new ArrayList<>();
            for (String engine : chosen) {
                for (Workload workload : workloads) {
                    log.step(Paired.key(workload.toString(), engine, threads), () -> kernels.measure(workload, engine))
                            .ifPresent(rows::add);
                }
                for (PeerMeter.Pairing pairing : pairings) {
                    log.step(Paired.key(pairing.toString(), engine, threads), () -> peers.measure(pairing, engine))
                            .ifPresent(beside::add);
                }
            }
            return new Report(Report.SCHEMA, limits.machine(), date, System.getProperty("tegula.commit", ""),
                    options(), limits.ceilings(), rows, beside, log.missing());
        }
    }

    /** Those that say how the JVM runs; properties may hold what is nobody's business. */
    private static List<String> options() {
        return ManagementFactory.getRuntimeMXBean()
                .getInputArguments()
                .stream()
                .filter(option -> option.startsWith("-X") || option.startsWith("--add-modules"))
                .toList();
    }
}
