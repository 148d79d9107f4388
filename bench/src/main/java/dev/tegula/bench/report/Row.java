package dev.tegula.bench.report;

import dev.tegula.bench.timing.Turns;
import java.util.Arrays;
import java.util.List;

/**
 * A kernel at work, beside the machine's limit for it.
 *
 * @param name what was computed, with its parameters; with engine and threads it tells rows apart
 * @param op the op, as kernel ids name it
 * @param kernel the kernel's id
 * @param engine who computed
 * @param threads that shared a call
 * @param multiplyAdds of a call, or elements where nothing is multiplied
 * @param bytes that a call must read and write at least
 * @param limit the peak that holds it back most: {@code f32 fma}, {@code int8 dot}, {@code read dram}, …
 * @param rates per round: 10⁹ of what the limit counts, multiply-adds or bytes, per second
 * @param peaks the limit as measured in the same rounds
 * @param disturbed rounds in which other guests of the machine had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 * @param command what measures it with JMH
 */
public record Row(String name, String op, String kernel, String engine, int threads, long multiplyAdds, long bytes,
        String limit, List<Double> rates, List<Double> peaks, int disturbed, double stolen, String command) {
    public Row {
        rates = List.copyOf(rates);
        peaks = List.copyOf(peaks);
        boolean bad = rates.isEmpty() || rates.size() != peaks.size() || rates.stream().anyMatch(r -> !(r > 0))
                || peaks.stream().anyMatch(p -> !(p > 0));
        if (bad) {
            throw new IllegalArgumentException(name + ": rates and peaks must be positive, and as many of each");
        }
    }

    /** What tells it from the other rows of a report. */
    String key() {
        return name + ", " + engine + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** Whether the limit counts multiply-adds; else it counts bytes. */
    boolean isMultiplying() {
        return !limit.startsWith("read");
    }

    /** The share of the limit, round by round. */
    double[] shares() {
        double[] shares = new double[rates.size()];
        Arrays.setAll(shares, i -> rates.get(i) / peaks.get(i));
        return shares;
    }

    /** The middle of the rates. */
    double rate() {
        return median(rates);
    }

    /** The middle of the peaks. */
    double peak() {
        return median(peaks);
    }

    private static double median(List<Double> values) {
        return Turns.median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
