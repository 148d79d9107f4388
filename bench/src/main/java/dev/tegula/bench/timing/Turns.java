package dev.tegula.bench.timing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Several sides measured by turns, a slice of each in every round. Who is first changes from round to round. Rounds in which
 * others had much of the CPUs are taken again.
 */
public final class Turns {
    /** The share of a round that others may take: guests of the machine and processes of the system. */
    private static final double MOST_STOLEN = 0.05;
    /** Rounds tried for each that is wanted. */
    private static final int TRIES = 3;

    private final int rounds;
    private final CpuTimes times;

    /** @param rounds that are wanted, at least 1 */
    public Turns(int rounds, CpuTimes times) {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds " + rounds + ": at least 1");
        }
        this.rounds = rounds;
        this.times = times;
    }

    /** What is measured. */
    @FunctionalInterface
    public interface Side {
        /** Runs for a slice of time; a figure of it. */
        double slice() throws InterruptedException;
    }

    /**
     * What was measured.
     *
     * @param figures by side and round
     * @param disturbed rounds among them in which others had more of the CPUs than is allowed
     * @param stolen the share of the CPUs that others had ({@link CpuTimes}), from the first round to the last, 0 to 1
     */
    public record Result(double[][] figures, int disturbed, double stolen) {
        /** A side's figures by round. */
        public List<Double> of(int side) {
            return Arrays.stream(figures[side]).boxed().toList();
        }

        /** A side's figures over another's, round by round, in ascending order. */
        public double[] ratios(int side, int to) {
            double[] ratios = new double[figures[side].length];
            Arrays.setAll(ratios, i -> figures[side][i] / figures[to][i]);
            Arrays.sort(ratios);
            return ratios;
        }
    }

    /** The middle of some values. */
    public static double median(List<Double> values) {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The middle of some values. */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /**
     * What was taken.
     *
     * @param slices by side and round
     * @param disturbed rounds among them in which others had more of the CPUs than is allowed
     * @param stolen the share of the CPUs that others had ({@link CpuTimes}), from the first round to the last, 0 to 1
     */
    public record Taken<T>(List<List<T>> slices, int disturbed, double stolen) {}

    /** What gives more than a figure for a slice of time. */
    @FunctionalInterface
    public interface Taker<T> {
        /** Runs for a slice of time. */
        T slice() throws InterruptedException;
    }

    /** Measures sides that have been run before. */
    public Result measure(List<? extends Side> sides) throws InterruptedException {
        Taken<Double> taken = take(sides.stream().<Taker<Double>>map(side -> side::slice).toList());
        double[][] figures = taken.slices()
                .stream()
                .map(side -> side.stream().mapToDouble(Double::doubleValue).toArray())
                .toArray(double[][]::new);
        return new Result(figures, taken.disturbed(), taken.stolen());
    }

    /** The same with more than a figure each. */
    public <T> Taken<T> take(List<Taker<T>> sides) throws InterruptedException {
        List<List<T>> rows = new ArrayList<>();
        int disturbed = 0;
        CpuTimes.Reading start = times.read();
        CpuTimes.Reading now = start;
        for (int tried = 0; rows.size() < rounds; tried++) {
            CpuTimes.Reading before = now;
            List<T> row = new ArrayList<>(Collections.nCopies(sides.size(), null));
            for (int i = 0; i < sides.size(); i++) {
                int side = (tried + i) % sides.size();
                row.set(side, sides.get(side).slice());
            }
            now = times.read();
            boolean quiet = now.stolenSince(before) <= MOST_STOLEN;
            // Towards the end what comes is taken, so that a busy machine gives an answer too.
            if (quiet || rounds - rows.size() >= TRIES * rounds - tried) {
                rows.add(row);
                disturbed += quiet ? 0 : 1;
            }
        }
        List<List<T>> slices = new ArrayList<>();
        for (int i = 0; i < sides.size(); i++) {
            int side = i;
            slices.add(rows.stream().map(row -> row.get(side)).toList());
        }
        return new Taken<>(slices, disturbed, now.stolenSince(start));
    }
}
