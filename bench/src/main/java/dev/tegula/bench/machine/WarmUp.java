package dev.tegula.bench.machine;

import dev.tegula.bench.timing.Turns;
import dev.tegula.nat.PeakLoop;
import java.util.EnumSet;
import java.util.Set;

/**
 * Runs a side until its speed no longer changes. Loops in Java crawl, steadily, until the JVM has compiled them; so they run for a
 * fixed time when they come for the first time.
 */
final class WarmUp {
    /** Several times what the compiler took for any of them on two cores at 2.5 GHz. */
    private static final long COMPILED_NANOS = 1_000_000_000;
    /** How much two slices may differ. */
    private static final double SETTLED = 0.03;
    private static final int MOST_SLICES = 10;

    private final Set<PeakLoop> compiled = EnumSet.noneOf(PeakLoop.class);

    void untilCompiled(Turns.Side side) throws InterruptedException {
        long start = System.nanoTime();
        do {
            side.slice();
        } while (System.nanoTime() - start < COMPILED_NANOS);
    }

    void run(Contender contender, Turns.Side side) throws InterruptedException {
        if (contender.by().equals(Contender.JAVA) && compiled.add(contender.loop())) {
            untilCompiled(side);
        }
        double before = side.slice();
        for (int i = 1; i < MOST_SLICES; i++) {
            double now = side.slice();
            if (Math.abs(now - before) <= SETTLED * before) {
                return;
            }
            before = now;
        }
    }
}
