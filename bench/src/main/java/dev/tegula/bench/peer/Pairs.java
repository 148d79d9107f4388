package dev.tegula.bench.peer;

import java.util.Arrays;

/**
 * Two calls measured by turns: a rest in which the other's threads go to sleep, a call that warms the caches, then as many calls as
 * fit a slice of time. Who is first changes from round to round. Rounds in which the system gave much of the CPUs to others are
 * taken again.
 */
final class Pairs {
    /** Threads of libraries spin this long after a call before they sleep. */
    private static final long REST_MILLIS = 30;
    /** The share of a round that other guests of the machine may take. */
    private static final double MOST_STOLEN = 0.05;
    /** Rounds tried for each that is wanted. */
    private static final int TRIES = 3;

    private final int rounds;
    private final long slice;
    private final CpuTimes times;

    /**
     * @param rounds that are wanted, at least 1
     * @param slice nanoseconds of calls on each side of a round
     */
    Pairs(int rounds, long slice, CpuTimes times) {
        if (rounds < 1 || slice < 1) {
            throw new IllegalArgumentException("rounds " + rounds + ", slice " + slice + ": at least 1");
        }
        this.rounds = rounds;
        this.slice = slice;
        this.times = times;
    }

    /**
     * What was measured, per round.
     *
     * @param ours nanoseconds of one of our calls
     * @param theirs of one of the peer's
     * @param disturbed rounds among them in which others had more of the CPUs than is allowed
     */
    record Result(double[] ours, double[] theirs, int disturbed) {
        /** How many times as fast ours is, round by round, in ascending order. */
        double[] ratios() {
            double[] ratios = new double[ours.length];
            Arrays.setAll(ratios, i -> theirs[i] / ours[i]);
            Arrays.sort(ratios);
            return ratios;
        }

        /** The middle of some values. */
        static double median(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int half = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        }
    }

    /** Measures two calls that have been run before. */
    Result measure(Runnable ours, Runnable theirs) throws InterruptedException {
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        int kept = 0;
        int disturbed = 0;
        for (int tried = 0; kept < rounds; tried++) {
            CpuTimes.Reading before = times.read();
            boolean first = tried % 2 == 0;
            double one = time(first ? ours : theirs);
            double other = time(first ? theirs : ours);
            boolean quiet = times.read().stolenSince(before) <= MOST_STOLEN;
            // Towards the end what comes is taken, so that a busy machine gives an answer too.
            if (quiet || rounds - kept >= TRIES * rounds - tried) {
                a[kept] = first ? one : other;
                b[kept++] = first ? other : one;
                disturbed += quiet ? 0 : 1;
            }
        }
        return new Result(a, b, disturbed);
    }

    private double time(Runnable call) throws InterruptedException {
        Thread.sleep(REST_MILLIS);
        call.run();
        long start = System.nanoTime();
        long calls = 0;
        long now;
        do {
            call.run();
            calls++;
            now = System.nanoTime();
        } while (now - start < slice);
        return (double) (now - start) / calls;
    }
}
