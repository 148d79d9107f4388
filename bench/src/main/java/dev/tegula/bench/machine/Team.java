package dev.tegula.bench.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that work at the same time for a slice of it. */
final class Team implements AutoCloseable {
    private final ExecutorService threads;
    private final CyclicBarrier begin;
    private long started;

    Team(int threads) {
        this.threads = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("tegula-bench-", 0).factory());
        // What the action writes all see after the barrier.
        this.begin = new CyclicBarrier(threads, () -> started = System.nanoTime());
    }

    /** A thread's work. */
    interface Work {
        /** Does some of it; how much that was. */
        double some();
    }

    /** What a thread did, and when it was done with it. */
    private record Done(double amount, long end) {}

    /**
     * Lets each thread do its work until a time is over.
     *
     * @param works one for each thread
     * @return how much all did together per nanosecond, from the common start to the end of the last
     */
    double rate(List<? extends Work> works, long nanos) throws InterruptedException {
        List<Callable<Done>> tasks = new ArrayList<>();
        works.forEach(work -> tasks.add(() -> run(work, nanos)));
        double amount = 0;
        long last = 0;
        for (Future<Done> future : threads.invokeAll(tasks)) {
            try {
                Done done = future.get();
                amount += done.amount();
                last = Math.max(last, done.end() - started);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return amount / last;
    }

    private Done run(Work work, long nanos) throws InterruptedException, BrokenBarrierException {
        begin.await();
        double amount = 0;
        long now;
        do {
            amount += work.some();
            now = System.nanoTime();
        } while (now - started < nanos);
        return new Done(amount, now);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
