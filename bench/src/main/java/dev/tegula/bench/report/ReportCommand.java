package dev.tegula.bench.report;

import dev.tegula.bench.Suites;
import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.Workload;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    private boolean failed;

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
        if (workloads.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--filter " + filter + " matches no row");
        }
        // Nobody should measure for minutes what cannot be written.
        Files.createDirectories(out.toAbsolutePath());
        Path json = out.resolve("report.json");
        Path page = out.resolve("report.html");
        Report report = measure(chosen, workloads);
        Files.writeString(json, ReportFile.json(report));
        Files.writeString(page, Page.html(report));
        spec.commandLine().getOut().println(json + "\n" + page);
        spec.commandLine().getOut().flush();
        return failed ? 1 : 0;
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

    private Report measure(List<String> chosen, List<Workload> workloads) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        List<Row> rows = new ArrayList<>();
        try (KernelMeter meter = new KernelMeter(threads)) {
            List<String> missing = new ArrayList<>(meter.missing());
            int done = 0;
            for (Workload workload : workloads) {
                for (String engine : chosen) {
                    String place = String.format(Locale.ROOT, "%d of %d: ", ++done, workloads.size() * chosen.size());
                    try {
                        Row row = meter.measure(workload, engine);
                        rows.add(row);
                        err.println(place + line(row));
                    } catch (RuntimeException e) {
                        // The others are worth having.
                        failed = true;
                        missing.add(workload + ", " + engine + ": " + e.getMessage());
                        err.println(place + missing.getLast());
                    }
                    err.flush();
                }
            }
            return new Report(Report.SCHEMA, meter.machine(), date,
                    System.getProperty("tegula.commit", ""),
                    options(), meter.ceilings(), rows, missing);
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

    private static String line(Row row) {
        double share = Turns.median(row.shares());
        return String.format(Locale.ROOT, "%s: %.1f %s, %.0f %% of %s%s", row.key(), row.rate(),
                row.isMultiplying() ? "GMAC/s" : "GB/s", 100 * share, row.limit(),
                row.disturbed() == 0 ? "" : ", " + row.disturbed() + " rounds disturbed");
    }
}
