package dev.tegula.bench.machine;

import java.util.Locale;

/** Peaks as a table for people. */
final class PeaksTable {
    private static final String FORMAT = "%-11s %7s %-26s %15s %17s %6s %s";

    private PeaksTable() {}

    static String of(MachinePeaks peaks) {
        Machine machine = peaks.machine();
        StringBuilder text = new StringBuilder();
        line(text, machine.cpu() + ", " + machine.threads() + (machine.threads() == 1 ? " CPU" : " CPUs"));
        line(text, machine.system() + ", " + machine.jvm() + ", " + peaks.date());
        Sizes sizes = machine.sizes();
        line(text, "caches " + (sizes.l1() >> 10) + " KiB, " + (sizes.l2() >> 10) + " KiB, "
                + (sizes.l3() > 0 ? (sizes.l3() >> 10) + " KiB" : "no third level that the system knows of")
                + "; arrays in memory " + (sizes.dram() >> 20) + " MiB each");
        line(text, "frequency: " + peaks.clock().frequency());
        line(text, "throttling: " + peaks.clock().throttling());
        line(text, "");
        line(text, String.format(Locale.ROOT, FORMAT, "", "threads", "by", "median", "range", "ratio", "others"));
        for (Peak peak : peaks.peaks()) {
            line(text, row(peak));
        }
        peaks.missing().forEach(reason -> line(text, reason));
        return text.toString().stripTrailing();
    }

    private static String row(Peak peak) {
        String others = String.format(Locale.ROOT, "%.1f %%", 100 * peak.stolen());
        return String.format(Locale.ROOT, FORMAT, Peak.label(peak.loop(), peak.level()), peak.threads(), peak.who(),
                number(peak.median()) + " " + peak.unit(), number(peak.least()) + " to " + number(peak.most()),
                String.format(Locale.ROOT, "%.2f", peak.ratio()),
                peak.disturbed() == 0
                        ? others
                        : others + ", " + peak.disturbed() + " of " + peak.rounds() + " rounds disturbed");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line.stripTrailing()).append(System.lineSeparator());
    }
}
