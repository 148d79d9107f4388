package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import dev.tegula.bench.timing.Turns;

/**
 * What the machine gave during some rounds of a row.
 *
 * @param limit the limit, or the peer
 * @param coreToCore nanoseconds between cores; 0 where nobody measured
 */
record Condition(double limit, double coreToCore) {
    /** How far the limit may move. */
    private static final double MOST_MOVED = 0.10;
    /**
     * Nanoseconds of a stage from which on it does not matter where the cores are. Of 650 visits with the cores 140 ns a step further apart than in others of
     * the same report, those of calls under 20 µs mostly took 1 to 3 µs longer, those of 20 µs to 1 ms whose data one core had written and another
     * read up to twice as long (and products up to a tenth), and those of more than 1 ms as long but for what rounds differ by.
     */
    private static final double LONG = 1e6;
    /** How far times between cores differ from one moment to the next although nothing was moved: 25 to 35 ns in one place, 160 to 200 in another. */
    private static final double STEADY = 1.5;

    /** That of some rounds of a row. */
    static Condition of(Paired row, int from, int to) {
        return new Condition(Turns.median(row.others().subList(from, to)),
                row.coreToCore().isEmpty() ? 0 : Turns.median(row.coreToCore().subList(from, to)));
    }

    /**
     * Whether a row's rounds in both say the same: the limit was as high, and the cores as near to one another, where that matters.
     *
     * @param stageNanos of the row
     */
    boolean isLike(Condition other, double stageNanos) {
        return ratio(limit, other.limit) <= 1 + MOST_MOVED && (coreToCore == 0 || other.coreToCore == 0
                || ratio(coreToCore, other.coreToCore) <= STEADY
                || stageNanos >= LONG);
    }

    private static double ratio(double a, double b) {
        return Math.max(a / b, b / a);
    }
}
