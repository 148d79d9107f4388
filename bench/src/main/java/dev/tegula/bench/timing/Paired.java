package dev.tegula.bench.timing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What was measured by turns with what it is judged by: the machine's limit, or a peer. */
public interface Paired {
    /** What tells it from the others of a report. */
    String key();

    /** Whose the other rates are: a limit's name, or a peer's. */
    String judge();

    /** What the rates of both sides are in. */
    String unit();

    /** Our rates, round by round. */
    List<Double> rates();

    /** The other side's of the same rounds, which count the same. */
    List<Double> others();

    /** Rounds in which others, guests of the machine or processes of the system, had much of the CPUs. */
    int disturbed();

    /** The share of the CPUs that they had meanwhile, 0 to 1. */
    double stolen();

    /**
     * Nanoseconds, round by round, that a write of one thread's core took to another's; none where there is one thread, or
     * nobody measured.
     */
    default List<Double> coreToCore() {
        return List.of();
    }

    /** Nanoseconds for which threads compute before they wait for one another: a call of a kernel, a stage of a model; endless where nobody knows. */
    default double stageNanos() {
        return Double.POSITIVE_INFINITY;
    }

    /** Our rate over the other, round by round. */
    default double[] shares() {
        double[] shares = new double[rates().size()];
        Arrays.setAll(shares, i -> rates().get(i) / others().get(i));
        return shares;
    }

    /** The middle of our rates. */
    default double rate() {
        return Turns.median(rates());
    }

    /** The middle of the other side's. */
    default double other() {
        return Turns.median(others());
    }

    /** A key of a name, and of who computed. */
    static String key(String name, String engine, int threads) {
        return name + ", " + engine + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** The rounds of two measurements. */
    static List<Double> joined(List<Double> first, List<Double> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The mean of a figure of each, by their numbers of rounds. */
    static double mean(Paired first, double its, Paired second, double others) {
        int rounds = first.rates().size();
        int more = second.rates().size();
        return (rounds * its + more * others) / (rounds + more);
    }

    /**
     * Refuses rates of which there are none, or not as many on both sides, or that are not above 0, and times between cores that are not above 0, or neither
     * none nor as many.
     *
     * @throws IllegalArgumentException that begins with the name
     */
    static void check(String name, List<Double> rates, List<Double> others, List<Double> coreToCore) {
        if (rates.isEmpty() || rates.size() != others.size() || !rates.stream().allMatch(rate -> rate > 0)
                || !others.stream().allMatch(rate -> rate > 0)) {
            throw new IllegalArgumentException(name + ": rates must be above 0, and as many on both sides");
        }
        if (!coreToCore.isEmpty() && coreToCore.size() != rates.size()
                || !coreToCore.stream().allMatch(nanos -> nanos > 0)) {
            throw new IllegalArgumentException(
                    name + ": times between cores must be above 0, and of as many rounds as rates or of none");
        }
    }
}
