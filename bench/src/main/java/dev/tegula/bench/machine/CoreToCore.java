package dev.tegula.bench.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A number that threads pass round: each waits until the one before has counted it up and does so itself. What a step takes is how
 * long a thread's write is on its way to another core, which is what threads that share a short call mostly wait for. It depends
 * on where the cores are: tens of nanoseconds below the same cache, hundreds between chips. A virtual machine's host may
 * move its CPUs from one place to another while it runs. For no more threads than CPUs: one that waits for its turn on a CPU is waited for by all.
 */
final class CoreToCore {
    /** Between looks at the clock. */
    private static final int LAPS = 10;
    /** In place of the number: the slice is over. */
    private static final long OVER = -1;

    private final AtomicLong number = new AtomicLong();
    private final Team team;
    private final int threads;
    private final long nanos;
    private final List<Team.Work> works;
    /** Of a step in the slice before, by who leads. */
    private double stepNanos;

    /**
     * Of all threads of a team.
     *
     * @param threads how many these are, at least 2
     * @param nanos of a slice
     */
    CoreToCore(Team team, int threads, long nanos) {
        if (threads < 2) {
            throw new IllegalArgumentException("threads " + threads + ": one thread has nobody to pass a number to");
        }
        this.team = team;
        this.threads = threads;
        this.nanos = nanos;
        this.works = IntStream.range(0, threads).<Team
                .Work>mapToObj(i -> i == 0 ? this::lead : () -> follow(i))
                .toList();
    }

    /** Passes it round for a slice; nanoseconds of a step. */
    double slice() throws InterruptedException {
        // Not begun, so that who follows waits for a leader who comes late.
        number.set(0);
        team.rate(works, nanos);
        return stepNanos;
    }

    private double lead() {
        // The first lap ends when all have come.
        long first = laps(0, 1);
        long steps = first;
        long start = System.nanoTime();
        long now;
        do {
            steps = laps(steps, LAPS);
            now = System.nanoTime();
        } while (now - start < nanos);
        number.set(OVER);
        stepNanos = (double) (now - start) / (steps - first);
        return steps;
    }

    /** Leads laps; the steps after them. */
    private long laps(long before, int laps) {
        long steps = before;
        for (int i = 0; i < laps; i++) {
            number.set(steps + 1);
            steps += threads;
            while (number.get() != steps) {
                Thread.onSpinWait();
            }
        }
        return steps;
    }

    private double follow(int first) {
        long mine = first;
        for (long seen = number.get(); seen != OVER; seen = number.get()) {
            if (seen == mine) {
                number.set(mine + 1);
                mine += threads;
            } else {
                Thread.onSpinWait();
            }
        }
        return 0;
    }
}
