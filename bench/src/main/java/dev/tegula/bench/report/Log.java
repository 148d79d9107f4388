package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells how far a report is, and keeps what is missing from it. */
final class Log {
    private final PrintWriter out;
    private final int steps;
    private final List<String> missing = new ArrayList<>();
    private int done;
    private boolean failed;

    /** @param steps that there will be */
    Log(PrintWriter out, int steps) {
        this.out = out;
        this.steps = steps;
    }

    /** What is measured. */
    @FunctionalInterface
    interface Step<T> {
        T measure() throws InterruptedException;
    }

    /** A row, or nothing when measuring it failed: that is a line among what is missing, and the others are worth having. */
    <T extends Paired> Optional<T> step(String key, Step<T> step) throws InterruptedException {
        String place = String.format(Locale.ROOT, "%d of %d: ", ++done, steps);
        try {
            T row = step.measure();
            out.println(place + line(row));
            return Optional.of(row);
        } catch (RuntimeException e) {
            failed = true;
            missing.add(key + ": " + e.getMessage());
            out.println(place + missing.getLast());
            return Optional.empty();
        } finally {
            out.flush();
        }
    }

    private static String line(Paired row) {
        return String.format(Locale.ROOT, "%s: %.1f %s, %.2f of %s%s", row.key(), row.rate(), row.unit(),
                Turns.median(row.shares()), row.judge(),
                row.disturbed() == 0 ? "" : ", " + row.disturbed() + " rounds disturbed");
    }

    /** Something that cannot be measured here, which is no failure. */
    void missing(String line) {
        missing.add(line);
    }

    /** What is missing, and why: a line each. */
    List<String> missing() {
        return missing;
    }

    /** Whether a step failed. */
    boolean failed() {
        return failed;
    }
}
