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
    static final double MOST_MOVED = 0.10;
    /** Times that what is computed in one stage is waited for on another core: to begin, to share, to end, and data that were there. */
    private static final int STEPS = 32;
    /** The share of a stage that these may take more. */
    private static final double MOST_LATER = 0.05;
    /** How far times between cores differ from one moment to the next although nothing was moved. */
    private static final double STEADY = 1.5;

    /** That of some rounds of a row. */
    static Condition of(Paired row, int from, int to) {
        return new Condition(Turns.median(row.others().subList(from, to)),
                row.coreToCore().isEmpty() ? 0 : Turns.median(row.coreToCore().subList(from, to)));
    }

    /**
     * Whether a row's rounds in both say the same: the limit was as high, and the cores as near to one another, or too far from mattering.
     *
     * @param stageNanos of the row
     */
    boolean isLike(Condition other, double stageNanos) {
        return ratio(limit, other.limit) <= 1 + MOST_MOVED && (coreToCore == 0 || other.coreToCore == 0
                || ratio(coreToCore, other.coreToCore) <= STEADY
                || Math.abs(coreToCore - other.coreToCore) * STEPS <= MOST_LATER * stageNanos);
    }

    private static double ratio(double a, double b) {
        return Math.max(a / b, b / a);
    }
}
