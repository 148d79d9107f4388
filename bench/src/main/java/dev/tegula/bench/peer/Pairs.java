package dev.tegula.bench.peer;

import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import java.util.List;

/**
 * Two calls measured by turns: a rest in which the other's threads go to sleep, a call that warms the caches, then as many calls as
 * fit a slice of time.
 */
final class Pairs {
    /** Threads of libraries spin this long after a call before they sleep. */
    private static final long REST_MILLIS = 30;

    private final Turns turns;
    private final long slice;

    /**
     * @param rounds that are wanted, at least 1
     * @param slice nanoseconds of calls on each side of a round
     */
    Pairs(int rounds, long slice, CpuTimes times) {
        if (slice < 1) {
            throw new IllegalArgumentException("slice " + slice + ": at least 1");
        }
        this.turns = new Turns(rounds, times);
        this.slice = slice;
    }

    /**
     * What was measured, per round.
     *
     * @param turns nanoseconds of one of our calls, then of one of the peer's
     */
    record Result(Turns.Result turns) {
        double[] ours() {
            return turns.figures()[0];
        }

        double[] theirs() {
            return turns.figures()[1];
        }

        /** How many times as fast ours is, round by round, in ascending order. */
        double[] ratios() {
            return turns.ratios(1, 0);
        }

        /** Rounds in which others had more of the CPUs than is allowed. */
        int disturbed() {
            return turns.disturbed();
        }
    }

    /** Measures two calls that have been run before. */
    Result measure(Runnable ours, Runnable theirs) throws InterruptedException {
        return new Result(turns.measure(List.of(side(ours), side(theirs))));
    }

    /** A slice of which is what a round has of a call. */
    Turns.Side side(Runnable call) {
        return () -> time(call);
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
