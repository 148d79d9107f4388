package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Two reports side by side, row by row. Machines drift, so what is compared is the share of the limit, or the ratio to the peer, that was
 * measured in the same rounds, and where the limit or the peer itself moved by over a tenth there is no verdict.
 *
 * <p>Nor is there one for a change that is no larger than what rows differ by from one another: rounds of one run tell how
 * steady a row is for a second, not from run to run, but hundreds of rows, most of which nobody has changed, do.
 *
 * @param lines the rows of both, in the order of the second
 * @param spread of the rows' ratios, as a share: a standard deviation, of the middle ones; 0 where there are too few rows to tell
 * @param lost rows of the first only, and why where the second says it
 * @param added rows of the second only
 */
record Comparison(List<Line> lines, double spread, List<String> lost, List<String> added) {
    /** How far the limit may move. */
    static final double MOST_MOVED = 0.10;
    private static final int RESAMPLES = 2000;
    /** Of the resampled ratios, below and above what is taken for the interval's ends: 99 % lie within. */
    private static final double TAIL = 0.005;
    /** Rows whose ratios tell how far rows differ by themselves. */
    private static final int ENOUGH = 10;
    /** A normal distribution's standard deviation in median absolute deviations. */
    private static final double DEVIATION = 1.4826;
    /** Standard deviations from 1 within which hundreds of rows stay that did not change. */
    private static final double MOST_SPREADS = 4;

    /** What is to be said of a row. */
    enum Verdict {
        FASTER, SLOWER, SAME, UNDECIDED
    }

    /**
     * A row in both.
     *
     * @param ratio of the shares' medians, the second's to the first's: above 1 it became faster
     * @param low end of the ratio's interval of 99 % by the bootstrap
     * @param high its other end
     * @param moved the ratio of the limits
     */
    record Line(String key, double ratio, double low, double high, double moved, Verdict verdict) {
        /** The same, without a verdict where the change is one that other rows have, too. */
        private Line among(double spread) {
            boolean changed = verdict == Verdict.SLOWER || verdict == Verdict.FASTER;
            return changed && Math.abs(Math.log(ratio)) < MOST_SPREADS * spread
                    ? new Line(key, ratio, low, high, moved, Verdict.UNDECIDED)
                    : this;
        }
    }

    /**
     * Compares.
     *
     * @param noise by how much, from 0 to 1, a share may change from run to run although nothing else has
     */
    static Comparison of(Report before, Report after, double noise) {
        Map<String, Paired> old = new HashMap<>();
        before.pairs().forEach(row -> old.put(row.key(), row));
        List<Line> lines = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        List<String> added = new ArrayList<>();
        for (Paired row : after.pairs()) {
            Paired its = old.remove(row.key());
            if (its == null) {
                added.add(row.key());
            } else {
                lines.add(line(its, row, noise));
            }
        }
        before.pairs()
                .stream()
                .filter(row -> old.containsKey(row.key()))
                .forEach(row -> lost.add(row.key() + reason(row, after)));
        double spread = spread(lines);
        lines.replaceAll(line -> line.among(spread));
        return new Comparison(List.copyOf(lines), spread, List.copyOf(lost), List.copyOf(added));
    }

    /** About the middle ratio, so that a change of all rows is not taken for their spread. */
    private static double spread(List<Line> lines) {
        double[] ratios = lines.stream()
                .filter(line -> line.verdict() != Verdict.UNDECIDED)
                .mapToDouble(line -> Math.log(line.ratio()))
                .toArray();
        if (ratios.length < ENOUGH) {
            return 0;
        }
        double middle = Turns.median(ratios);
        return DEVIATION * Turns.median(Arrays.stream(ratios).map(ratio -> Math.abs(ratio - middle)).toArray());
    }

    private static String reason(Paired row, Report after) {
        return Stream.of(row.key() + ": ", row.judge() + ": ")
                .flatMap(start -> after.missing()
                        .stream()
                        .filter(line -> line.startsWith(start))
                        .map(line -> ": " + line.substring(start.length())))
                .findFirst()
                .orElse("");
    }

    private static Line line(Paired before, Paired after, double noise) {
        double[] a = before.shares();
        double[] b = after.shares();
        double ratio = Turns.median(b) / Turns.median(a);
        double moved = after.other() / before.other();
        double[] ratios = resampled(a, b);
        double low = ratios[(int) (TAIL * RESAMPLES)];
        double high = ratios[RESAMPLES - 1 - (int) (TAIL * RESAMPLES)];
        boolean undecided = !before.judge().equals(after.judge()) || Math.max(moved, 1 / moved) > 1 + MOST_MOVED
                || 2 * before.disturbed() > a.length || 2 * after.disturbed() > b.length;
        Verdict verdict = undecided
                ? Verdict.UNDECIDED
                : high < 1 - noise ? Verdict.SLOWER : low > 1 + noise ? Verdict.FASTER : Verdict.SAME;
        return new Line(after.key(), ratio, low, high, moved, verdict);
    }

    /** Ratios of medians of rounds drawn with replacement, in ascending order; the same for the same rounds. */
    private static double[] resampled(double[] a, double[] b) {
        SplittableRandom random = new SplittableRandom(1);
        double[] ratios = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            ratios[i] = Turns.median(drawn(b, random)) / Turns.median(drawn(a, random));
        }
        Arrays.sort(ratios);
        return ratios;
    }

    private static double[] drawn(double[] values, SplittableRandom random) {
        double[] drawn = new double[values.length];
        Arrays.setAll(drawn, i -> values[random.nextInt(values.length)]);
        return drawn;
    }
}
