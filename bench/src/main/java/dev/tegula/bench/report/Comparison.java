package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Two reports side by side, row by row. Machines drift, so what is compared is the share of the limit, or the ratio to the peer, that was
 * measured in the same rounds, and only between visits in which the machine gave the same ({@link Condition}): where it
 * gives half of itself, a kernel does not simply take twice as long. Where there are no two such visits there is no verdict, nor where the
 * plain rates have not changed, too: the limit may have moved by itself.
 *
 * <p>Nor is there one for a change that is no larger than what rows differ by from one another: rounds of one run tell how
 * steady a row is for a second, not from run to run, but hundreds of rows, most of which nobody has changed, do, above all
 * those whose visits differ as much.
 *
 * @param lines the rows of both, in the order of the second
 * @param spread of the rows' ratios, as a share: a standard deviation, of the middle ones; 0 where there are too few rows to tell
 * @param lost rows of the first only, and why where the second says it
 * @param added rows of the second only
 */
record Comparison(List<Line> lines, double spread, List<String> lost, List<String> added) {
    /** Visits on each side that there must be beside a limit as fast, where there are so many. */
    private static final int VISITS = 2;
    /** Of the ratios of rounds, below and above the interval's ends: 80 % lie within. */
    private static final double TAIL = 0.1;
    /** Rows whose ratios tell how far rows differ by themselves. */
    private static final int ENOUGH = 10;
    /** A normal distribution's standard deviation in median absolute deviations. */
    private static final double DEVIATION = 1.4826;
    /** Rows whose visits differ about as much as a row's, and whose ratios tell how far it differs by itself. */
    private static final int NEIGHBOURS = 41;
    /**
     * Standard deviations from 1 within which rows stay that did not change: of 265 with normal errors 4 would do in 98 of 100 comparisons, and
     * the errors of real ones have longer tails.
     */
    private static final double MOST_SPREADS = 5;

    /** What is to be said of a row. */
    enum Verdict {
        FASTER, SLOWER, SAME, UNDECIDED
    }

    /**
     * A row in both.
     *
     * @param ratio the middle one of the ratios of shares, of each round of the second to each of the first: above 1 it became faster. Of
     *        logarithms that is the shift as Hodges and Lehmann estimate it (1963)
     * @param low end of its interval of confidence, as Moses finds it (Hollander and Wolfe, Nonparametric Statistical Methods, 4.3): between
     *        the ratios of which a tenth lies below and a tenth above. Of nine rounds on both sides it holds the ratio in 99.7 % of all cases
     *        if rounds have nothing in common, and in 90 % if those of a visit have all; of five rounds in 97 %
     * @param high its other end
     * @param moved the ratio of the limits
     * @param apart the ratio of the times between cores; 1 where nobody measured
     */
    record Line(String key, double ratio, double low, double high, double moved, double apart, Verdict verdict) {
        /** The same, without a verdict where the change is one that other rows have, too. */
        private Line among(double spread) {
            boolean changed = verdict == Verdict.SLOWER || verdict == Verdict.FASTER;
            return changed && Math.abs(Math.log(ratio)) < MOST_SPREADS * spread
                    ? new Line(key, ratio, low, high, moved, apart, Verdict.UNDECIDED)
                    : this;
        }
    }

    /** Rounds of a row that were taken one after the other, and what the machine gave meanwhile. */
    private record Visit(double[] shares, double[] rates, Condition condition, double stageNanos) {
        private double share() {
            return Math.log(Turns.median(shares));
        }

        private static List<Visit> of(Paired row) {
            double[] shares = row.shares();
            double[] rates = row.rates().stream().mapToDouble(Double::doubleValue).toArray();
            List<Visit> visits = new ArrayList<>();
            for (int from = 0; from < shares.length; from += Visits.ROUNDS) {
                int to = Math.min(from + Visits.ROUNDS, shares.length);
                visits.add(new Visit(Arrays.copyOfRange(shares, from, to), Arrays.copyOfRange(rates, from, to),
                        Condition.of(row, from, to), row.stageNanos()));
            }
            return visits;
        }

        private boolean isLike(Visit other) {
            return condition.isLike(other.condition, Math.min(stageNanos, other.stageNanos));
        }

        /** The sum of the squares by which visits differ from their mean. */
        private static double squares(List<Visit> visits) {
            double mean = visits.stream().mapToDouble(Visit::share).average().orElseThrow();
            return visits.stream().mapToDouble(visit -> Math.pow(visit.share() - mean, 2)).sum();
        }
    }

    /**
     * A row.
     *
     * @param alike whether there are visits to be compared
     * @param unsteady the standard deviation of its visits in a report; endless where there is one visit only
     */
    private record Compared(Line line, boolean alike, double unsteady) {}

    /**
     * Compares.
     *
     * @param noise by how much, from 0 to 1, a share may change from run to run although nothing else has
     */
    static Comparison of(Report before, Report after, double noise) {
        Map<String, Paired> old = new HashMap<>();
        before.pairs().forEach(row -> old.put(row.key(), row));
        List<Compared> rows = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        List<String> added = new ArrayList<>();
        for (Paired row : after.pairs()) {
            Paired its = old.remove(row.key());
            if (its == null) {
                added.add(row.key());
            } else {
                rows.add(compared(its, row, noise));
            }
        }
        before.pairs()
                .stream()
                .filter(row -> old.containsKey(row.key()))
                .forEach(row -> lost.add(row.key() + reason(row, after)));
        List<Compared> decided = rows.stream()
                .filter(Compared::alike)
                .sorted(Comparator.comparingDouble(Compared::unsteady))
                .toList();
        double spread = spread(decided);
        List<Line> lines = rows.stream()
                .map(row -> row.line.among(Math.max(spread, spread(neighbours(decided, row)))))
                .toList();
        return new Comparison(lines, spread, List.copyOf(lost), List.copyOf(added));
    }

    /** About the middle ratio, so that a change of all rows is not taken for their spread. */
    private static double spread(List<Compared> rows) {
        double[] ratios = rows.stream().mapToDouble(row -> Math.log(row.line.ratio())).toArray();
        if (ratios.length < ENOUGH) {
            return 0;
        }
        double middle = Turns.median(ratios);
        return DEVIATION * Turns.median(Arrays.stream(ratios).map(ratio -> Math.abs(ratio - middle)).toArray());
    }

    /** Those about a row in a list by unsteadiness. */
    private static List<Compared> neighbours(List<Compared> sorted, Compared row) {
        int from = Math.max(0, Math.min(sorted.indexOf(row) - NEIGHBOURS / 2, sorted.size() - NEIGHBOURS));
        return sorted.subList(from, Math.min(from + NEIGHBOURS, sorted.size()));
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

    private static Compared compared(Paired before, Paired after, double noise) {
        List<Visit> a = Visit.of(before);
        List<Visit> b = Visit.of(after);
        List<Visit> alikeA = a.stream().filter(visit -> b.stream().anyMatch(visit::isLike)).toList();
        List<Visit> alikeB = b.stream().filter(visit -> a.stream().anyMatch(visit::isLike)).toList();
        boolean undecided = !before.judge().equals(after.judge()) || alikeA.size() < Math.min(VISITS, a.size())
                || alikeB.size() < Math.min(VISITS, b.size()) || 2 * before.disturbed() > before.rates().size()
                || 2 * after.disturbed() > after.rates().size();
        double[] ratios = ratios(a, b, !undecided, Visit::shares);
        double moved = after.other() / before.other();
        double apart = apart(before, after);
        if (undecided) {
            return new Compared(new Line(after.key(), Turns.median(ratios), low(ratios), high(ratios), moved, apart,
                    Verdict.UNDECIDED), false, 0);
        }
        return new Compared(new Line(after.key(), Turns.median(ratios), low(ratios), high(ratios), moved, apart,
                verdict(ratios, ratios(a, b, true, Visit::rates), noise)), true, unsteady(alikeA, alikeB));
    }

    /**
     * Nothing is decided where the middle ratio is beyond the noise and the interval is not, or that of the plain rates: a limit that does
     * not hold a row back may move without it.
     */
    private static Verdict verdict(double[] shares, double[] rates, double noise) {
        if (Math.max(high(shares), high(rates)) < 1 - noise) {
            return Verdict.SLOWER;
        }
        if (Math.min(low(shares), low(rates)) > 1 + noise) {
            return Verdict.FASTER;
        }
        return Math.abs(Turns.median(shares) - 1) > noise ? Verdict.UNDECIDED : Verdict.SAME;
    }

    private static double apart(Paired before, Paired after) {
        return before.coreToCore().isEmpty() || after.coreToCore().isEmpty()
                ? 1
                : Turns.median(after.coreToCore()) / Turns.median(before.coreToCore());
    }

    private static double unsteady(List<Visit> before, List<Visit> after) {
        int more = before.size() - 1 + after.size() - 1;
        return more == 0 ? Double.POSITIVE_INFINITY : Math.sqrt((Visit.squares(before) + Visit.squares(after)) / more);
    }

    /** The share or rate of each round over that of each of another report, in ascending order. */
    private static double[] ratios(List<Visit> before, List<Visit> after, boolean onlyAlike,
            Function<Visit, double[]> rounds) {
        return before.stream()
                .flatMapToDouble(a -> after.stream()
                        .filter(b -> !onlyAlike || a.isLike(b))
                        .flatMapToDouble(b -> Arrays.stream(rounds.apply(a))
                                .flatMap(then -> Arrays.stream(rounds.apply(b)).map(now -> now / then))))
                .sorted()
                .toArray();
    }

    private static double low(double[] ratios) {
        return ratios[(int) (TAIL * ratios.length)];
    }

    private static double high(double[] ratios) {
        return ratios[ratios.length - 1 - (int) (TAIL * ratios.length)];
    }
}
