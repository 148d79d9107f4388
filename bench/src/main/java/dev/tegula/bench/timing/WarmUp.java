package dev.tegula.bench.timing;

import java.util.HashSet;
import java.util.Set;

/**
 * Runs sides until their speed no longer changes. What the JVM compiles while it runs crawls, and steadily so, until that is
 * done; so it runs for a fixed time when it comes for the first time.
 */
public final class WarmUp {
    /** Several times what the compiler mostly takes on two cores at 2.5 GHz; and what it has not done by then is seen in slices that differ. */
    private static final long COMPILE_NANOS = 1_500_000_000;
    /** How much two slices may differ. */
    private static final double SETTLED = 0.03;
    private static final int MOST_SLICES = 10;
    /** Slices of large models are passes of seconds, of which a few are enough. */
    private static final long MOST_NANOS = 3_000_000_000L;

    private final Set<Object> compiled = new HashSet<>();

    /**
     * Runs what is in Java until it should be compiled, if it has not been run before, and then as {@link #settle}.
     *
     * @param what tells it from others
     */
    public void compile(Object what, Turns.Side side) throws InterruptedException {
        if (compiled.add(what)) {
            long start = System.nanoTime();
            do {
                side.slice();
            } while (System.nanoTime() - start < COMPILE_NANOS);
        }
        settle(side);
    }

    /** Runs a side until two slices that follow one another are alike, or there were many. */
    public void settle(Turns.Side side) throws InterruptedException {
        long start = System.nanoTime();
        double before = side.slice();
        for (int i = 1; i < MOST_SLICES && System.nanoTime() - start < MOST_NANOS; i++) {
            double now = side.slice();
            if (Math.abs(now - before) <= SETTLED * before) {
                return;
            }
            before = now;
        }
    }
}
