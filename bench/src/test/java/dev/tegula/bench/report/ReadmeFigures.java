package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The figures of README: of each CPU, the newest report in docs/benchmarks. */
final class ReadmeFigures {
    /** Rows of kernels that say most about the others: their names, and what they are for people. */
    private static final List<List<String>> KERNELS = List.of(
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=Q4_0 rows=1", "2048 × 8192 weights in Q4_0, 1 row"),
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=Q4_0 rows=512", "the same, 512 rows"),
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=Q4_K rows=512", "Q4_K, 512 rows"),
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=Q8_0 rows=512", "Q8_0, 512 rows"),
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=TQ2_0 rows=512", "TQ2_0, 512 rows"),
            List.of("MatMul shape=llama-3.2-1b/ffn_down format=F32 rows=512", "F32, 512 rows"),
            List.of("Attention heads=32 kvHeads=8 headSize=64 format=F16 at=512@0", "attention, 512 tokens, F16"));
    private static final String BEGIN = "<!-- figures: written by ./mvnw verify -Dtegula.update -->\n";
    private static final String END = "<!-- end of figures -->\n";

    private ReadmeFigures() {}

    /** The newest report of each CPU, by its name. */
    static Collection<Report> newest(Path folder) throws IOException {
        TreeMap<String, Report> byCpu = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json")).sorted().toList()) {
                Report report = ReportFile.read(file);
                byCpu.merge(report.machine().cpu(), report,
                        (one, other) -> one.date().compareTo(other.date()) > 0 ? one : other);
            }
        }
        return byCpu.values();
    }

    /**
     * A page with the figures of reports between its marks.
     *
     * @throws IllegalArgumentException when it has no marks
     */
    static String into(String page, Collection<Report> reports) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException("README.md has not the lines " + BEGIN + "and " + END);
        }
        StringBuilder text = new StringBuilder();
        reports.forEach(report -> text.append(figures(report)));
        return page.substring(0, begin + BEGIN.length()) + text + page.substring(end);
    }

    private static String figures(Report report) {
        List<Row> judged = report.rows()
                .stream()
                .filter(row -> row.unjudged(report.machine().sizes()).isEmpty())
                .toList();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
                "\n%s, %d CPUs, %s, %s%s: %d kernels, of which %d are judged (calls of %d µs or more, in a cache or well beyond) and reach %s of their limits at the median.\n",
                report.machine().cpu(), report.machine().threads(), report.machine().jvm(),
                report.date().substring(0, 10), report.commit().isEmpty() ? "" : ", commit " + report.commit(),
                report.rows().size(), judged.size(), Row.SHORT / 1000, percent(median(judged))));
        text.append(
                "\n| kernel or model | reached | limit | share of it, with the rounds' range |\n|---|---|---|---|\n");
        for (List<String> kernel : KERNELS) {
            report.rows()
                    .stream()
                    .filter(row -> row.name().equals(kernel.get(0)))
                    .findFirst()
                    .ifPresent(row -> text.append(line(kernel.get(1), row)));
        }
        report.models().forEach(row -> text.append(line(row.name(), row)));
        report.starts().forEach(start -> text.append(start(start)));
        if (!report.peers().isEmpty()) {
            text.append(
                    "\n| beside | ours, median | theirs, median | median of the rounds' ratios, and their range |\n|---|---|---|---|\n");
            report.peers()
                    .forEach(row -> text.append(String.format(Locale.ROOT, "| %s: %s | %s | %s | %s |\n",
                            row.peer(), row.name(), rate(row.rate(), row.unit()), rate(row.other(), row.unit()),
                            range(row, ReadmeFigures::ratio))));
        }
        return text.append('\n').toString();
    }

    private static String start(StartRow row) {
        return String.format(Locale.ROOT,
                "\n%s from the begin of a JVM, median and range of %d: first token after %s, of which loading %s.\n",
                row.model(), row.load().size(), seconds(row.firstToken()), seconds(row.load()));
    }

    private static String seconds(List<Double> times) {
        double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(Locale.ROOT, "%.2f s (%.2f to %.2f)", Turns.median(sorted), sorted[0],
                sorted[sorted.length - 1]);
    }

    private static double median(List<Row> rows) {
        return Turns.median(rows.stream().mapToDouble(row -> Turns.median(row.shares())).toArray());
    }

    private interface Words {
        String of(double value);
    }

    private static String line(String name, Paired row) {
        return String.format(Locale.ROOT, "| %s | %s | %s | %s |\n", name, rate(row.rate(), row.unit()), row.judge(),
                range(row, ReadmeFigures::percent));
    }

    private static String rate(double rate, String unit) {
        return String.format(Locale.ROOT, rate < 100 ? "%.1f %s" : "%.0f %s", rate, unit);
    }

    private static String range(Paired row, Words words) {
        double[] shares = row.shares();
        Arrays.sort(shares);
        return words.of(Turns.median(shares)) + " (" + words.of(shares[0]) + " to "
                + words.of(shares[shares.length - 1])
                + ")" + (row.disturbed() == 0 ? "" : ", " + row.disturbed() + " of " + shares.length + " disturbed");
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * value);
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
