package dev.tegula.nat;

import dev.tegula.kernel.Tunable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Measures blockings beside the table's, a handful that differ from it in one value each. They take turns, so that what
 * disturbs the machine disturbs all; a candidate's gain is the median of its ratios to the table's run in the same turn. As the
 * best of several is often just the luckiest, it is measured against the table's once more, alone, and must then be faster by
 * {@link #GAIN} to be chosen.
 */
final class Tuner {
    /** What noise alone may show. */
    static final double GAIN = 1.03;

    /** Turns at least, however slow the machine. */
    private static final int LEAST_TURNS = 3;

    /** What is measured. */
    interface Trial {
        /** Multiply-adds of a run. */
        long macs();

        /**
         * Runs with a blocking.
         *
         * @return nanoseconds
         * @throws IllegalStateException when the result has other bits than with another blocking
         */
        long run(Blocking blocking);
    }

    private final Trial trial;
    private final LongConsumer spent;

    /** @param spent is told the nanoseconds of each run */
    Tuner(Trial trial, LongConsumer spent) {
        this.trial = trial;
        this.spent = spent;
    }

    /**
     * What is measured: the blocking given, then others, each with another value. Those that are out of range are left out.
     */
    static List<Blocking> candidates(Isa isa, LinearKind kind, Blocking table) {
        Set<Blocking> all = new LinkedHashSet<>(List.of(table));
        for (int quarters : new int[]{2, 5}) {
            add(all, () -> table.withRows(table.mc() * quarters / 4));
            if (kind != LinearKind.FLOATS) {
                // The records of so many rows of floats as are measured never fit: nothing would change.
                add(all, () -> table
                        .withRecords(Math.max(table.records() * quarters / 4, 4 * Blocking.CHUNK * table.mc())));
            }
        }
        // A worker's share of a layer is seldom wider than the table's.
        add(all, () -> table.withColumns(table.nc() / 2));
        if (kind == LinearKind.FLOATS) {
            add(all, () -> table.withStep(table.kc() / 2));
            add(all, () -> table.withStep(table.kc() * 2));
        }
        int tallest = isa.tileRows(kind);
        add(all, () -> table.withTile(tallest > 8 ? 8 : tallest > 4 ? 4 : 2).checked(isa, kind));
        return List.copyOf(all);
    }

    private static void add(Set<Blocking> all, Supplier<Blocking> candidate) {
        try {
            all.add(candidate.get());
        } catch (IllegalArgumentException e) {
            // There is no room for more, or none less.
        }
    }

    /**
     * Finds the best.
     *
     * @param candidates the table's first
     * @param nanos time to spend on runs
     */
    Tunable.Finding find(String kind, List<Blocking> candidates, long nanos) {
        List<long[]> times = measure(candidates, nanos * 2 / 3);
        List<Tunable.Candidate> rows = new ArrayList<>();
        int best = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double ratio = ratio(times.get(0), times.get(i));
            rows.add(new Tunable.Candidate(candidates.get(i).toString(),
                    (double) trial.macs() / median(Arrays.stream(times.get(i)).asDoubleStream().toArray()), ratio));
            best = ratio > rows.get(best).ratio() ? i : best;
        }
        double gain = 1;
        if (best != 0) {
            List<long[]> again = measure(List.of(candidates.get(0), candidates.get(best)), nanos / 3);
            gain = ratio(again.get(0), again.get(1));
        }
        return new Tunable.Finding(kind, rows, best, gain, gain > GAIN ? best : 0);
    }

    /** Times of each candidate, one per turn. */
    private List<long[]> measure(List<Blocking> candidates, long nanos) {
        List<List<Long>> times = new ArrayList<>();
        for (Blocking candidate : candidates) {
            times.add(new ArrayList<>());
            // The first run finds cold caches, and pages that it is the first to touch.
            spent.accept(trial.run(candidate));
        }
        long left = nanos;
        for (int turn = 0; turn < LEAST_TURNS || left > 0; turn++) {
            for (int i = 0; i < candidates.size(); i++) {
                int which = (turn + i) % candidates.size();
                long time = trial.run(candidates.get(which));
                times.get(which).add(time);
                left -= time;
                spent.accept(time);
            }
        }
        return times.stream().map(list -> list.stream().mapToLong(Long::longValue).toArray()).toList();
    }

    /** How many times as fast as the first the second is: the median over the turns. */
    private static double ratio(long[] first, long[] second) {
        double[] ratios = new double[first.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (double) first[i] / second[i];
        }
        return median(ratios);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int n = values.length;
        return (values[(n - 1) / 2] + values[n / 2]) / 2;
    }
}
