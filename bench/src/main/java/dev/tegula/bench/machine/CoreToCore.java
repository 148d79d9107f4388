package dev.tegula.bench.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * A number that threads pass round: each waits until the one before has counted it up and does so itself. What a step takes is how
 * long a thread's write is on its way to another core, which is what threads that share a short call mostly wait for. It depends
 * on where the cores are: tens of nanoseconds below the same cache, hundreds between chips. A virtual machine's host may
 * move its CPUs from one place to another while it runs.
 */
final class CoreToCore {
    /** Between looks at the clock. Where threads share a CPU, each lap is as long as the system lets one run. */
    private static final int LAPS = 10;
    /** In place of the number: the slice is over. */
    private static final long OVER = -1;

    private final AtomicLong number = new AtomicLong();
    private final Team team;
    private final int threads;
    private final long nanos;
    private final List<Team.Work> works;

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
        return 1 / team.rate(works, nanos);
    }

    private double lead() {
        long start = System.nanoTime();
        long steps = 0;
        do {
            for (int i = 0; i < LAPS; i++) {
                number.set(steps + 1);
                steps += threads;
                while (number.get() != steps) {
                    Thread.onSpinWait();
                }
            }
        } while (System.nanoTime() - start < nanos);
        number.set(OVER);
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
