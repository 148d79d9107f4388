package dev.tegula.bench.report;

import dev.tegula.bench.timing.Clock;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Tells how far a report is, and keeps what is missing from it. */
final class Log {
    private final PrintWriter out;
    private final ClockWatch watch;
    private final long begun = System.nanoTime();
    private final List<String> missing = new ArrayList<>();
    private String part = "";
    private int steps;
    private int done;
    private boolean failed;

    /** @param watch what tells whether the CPUs are throttled during a step */
    Log(PrintWriter out, ClockWatch watch) {
        this.out = out;
        this.watch = watch;
    }

    /** Begins a part, whose steps are counted from 1. */
    void begin(String name, int count) {
        part = name;
        steps = count;
        done = 0;
    }

    /** What is measured. */
    @FunctionalInterface
    interface Step<T> {
        T measure() throws InterruptedException, IOException;
    }

    /** A row, or nothing when measuring it failed: that is a line among what is missing, and the others are worth having. */
    <T extends Paired> Optional<T> step(String key, Step<T> step) throws InterruptedException {
        return step(key, step, Log::line, row -> List.of(row.key()));
    }

    /** The same with a line of one's own, and the keys of what was measured. */
    <T> Optional<T> step(String key, Step<T> step, Function<T, String> words, Function<T, List<String>> keys)
            throws InterruptedException {
        String place = place();
        try {
            ClockWatch.Part seen = watch.part();
            T row = step.measure();
            long throttled = seen.end(keys.apply(row));
            out.println(place + words.apply(row) + (throttled == 0 ? "" : ", throttled " + Clock.times(throttled)));
            return Optional.of(row);
        } catch (RuntimeException | IOException e) {
            failed = true;
            missing.add(key + ": " + e.getMessage());
            out.println(place + missing.getLast());
            return Optional.empty();
        } finally {
            out.flush();
        }
    }

    private String place() {
        long seconds = (System.nanoTime() - begun) / 1_000_000_000;
        return String.format(Locale.ROOT, "%02d:%02d %s: %d of %d: ", seconds / 60, seconds % 60, part, ++done, steps);
    }

    /** Leaves a step out, which is no failure. */
    void skip(String line) {
        out.println(place() + line);
        missing.add(line);
    }

    /** Something that several steps needed has failed. */
    void failed(String name, Exception e) {
        failed = true;
        missing.add(name + ": " + e.getMessage());
        out.println(missing.getLast());
    }

    /** A row in words. */
    static String line(Paired row) {
        return String.format(Locale.ROOT, "%s: %.1f %s, %.2f of %s%s%s", row.key(), row.rate(), row.unit(),
                Turns.median(row.shares()), row.judge(), others(row.stolen()),
                row.disturbed() == 0 ? "" : ", " + row.disturbed() + " rounds disturbed");
    }

    /**
     * What others had, as the end of a line; nothing below a hundredth.
     *
     * @param share of the CPUs, 0 to 1
     */
    static String others(double share) {
        String words = CpuTimes.words(share);
        return words.isEmpty() ? "" : ", others had " + words + " of the CPUs";
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
