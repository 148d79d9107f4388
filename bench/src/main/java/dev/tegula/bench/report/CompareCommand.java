package dev.tegula.bench.report;

import dev.tegula.bench.report.Comparison.Line;
import dev.tegula.bench.report.Comparison.Verdict;
import dev.tegula.bench.timing.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code tegula bench compare}: what changed between two reports. */
@Command(name = "compare", description = "Compares two reports: shares of the limit measured beside each row, with the middle ratio of rounds, of each in one report to each in the other, "
        + "and its interval of confidence (99.7 %% for nine rounds that have nothing in common, 90 %% if those of a visit have all). Rounds count in visits in which the limit was as fast but for 10 %% and, of short calls, the cores as near to one another; a row that has too "
        + "few of them, or in most of whose rounds others had much of the CPUs, is undecided, and so is one that changed by less than five times what "
        + "rows differ by from one another, or by more than the noise with an interval, or plain rates, that do not. Ends with 1 when a row is slower or lost.")
public final class CompareCommand implements Callable<Integer> {
    private static final String FORMAT = "%-9s %6s  %-14s %6s %6s  %s%n";

    @picocli.CommandLine.Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--noise", paramLabel = "PERCENT", description = "Changes that happen by themselves from run to run (default: ${DEFAULT-VALUE}).")
    private double noise = 10;

    @Option(names = "--all", description = "Print the rows that stayed the same, too.")
    private boolean all;

    @Parameters(index = "0", paramLabel = "BEFORE", description = "A report.json.")
    private Path before;

    @Parameters(index = "1", paramLabel = "AFTER", description = "Another.")
    private Path after;

    @Override
    public Integer call() {
        if (!(noise >= 0 && noise < 100)) {
            throw new ParameterException(spec.commandLine(), "--noise " + noise + ": from 0 to under 100");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Report first;
        Report second;
        try {
            first = ReportFile.read(before);
            second = ReportFile.read(after);
            if (!first.machine().cpu().equals(second.machine().cpu())) {
                err.println("reports of two machines say nothing of one another: " + first.machine().cpu() + ", and "
                        + second.machine().cpu());
                return 2;
            }
        } catch (IOException e) {
            err.println(e.getMessage());
            return 2;
        }
        Comparison comparison = Comparison.of(first, second, noise / 100);
        throttled(out, before, first);
        throttled(out, after, second);
        out.printf(Locale.ROOT, FORMAT, "", "ratio", "interval", "limit", "cores", "");
        comparison.lines()
                .stream()
                .filter(line -> all || line.verdict() != Verdict.SAME)
                .forEach(line -> print(out, line));
        comparison.lost().forEach(line -> out.println("lost: " + line));
        comparison.added().forEach(line -> out.println("new: " + line));
        out.printf(Locale.ROOT, "spread of the rows' ratios: %.1f %%%n", 100 * comparison.spread());
        for (Verdict verdict : Verdict.values()) {
            out.println(word(verdict) + ": " + count(comparison, verdict));
        }
        out.flush();
        return count(comparison, Verdict.SLOWER) > 0 || !comparison.lost().isEmpty() ? 1 : 0;
    }

    private static void throttled(PrintWriter out, Path file, Report report) {
        if (report.clock().throttles() > 0) {
            out.println(file + ": the CPUs were throttled " + Clock.times(report.clock().throttles()));
        }
    }

    private static long count(Comparison comparison, Verdict verdict) {
        return comparison.lines().stream().filter(line -> line.verdict() == verdict).count();
    }

    private static void print(PrintWriter out, Line line) {
        out.printf(Locale.ROOT, FORMAT, word(line.verdict()), number(line.ratio()),
                number(line.low()) + " to " + number(line.high()), number(line.moved()), number(line.apart()),
                line.key());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String word(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
