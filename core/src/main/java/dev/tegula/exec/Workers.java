package dev.tegula.exec;

import java.util.Objects;

/**
 * Threads of our own that do one job together, the caller being worker 0. Never the common pool. The threads are daemons
 * and park while there is nothing to do.
 */
public final class Workers implements AutoCloseable {
    private static final Runnable NOTHING = () -> {};

    private final Thread[] threads;
    private final Barrier barrier;
    private Job job;
    private boolean closed;

    /** A job that all workers do at the same time. */
    public interface Job {
        /** Does this worker's part; must not throw. */
        void run(int worker);
    }

    /**
     * Starts the threads.
     *
     * @param count workers including the caller, at least 1
     */
    public Workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads " + count + ": at least 1");
        }
        barrier = new Barrier(count);
        threads = new Thread[count - 1];
        for (int i = 0; i < threads.length; i++) {
            int worker = i + 1;
            threads[i] = Thread.ofPlatform()
                    .name("tegula-worker-" + worker)
                    .daemon(true)
                    .unstarted(() -> serve(worker));
        }
        for (Thread thread : threads) {
            thread.start();
        }
    }

    /** Number of workers, the caller included. */
    public int count() {
        return threads.length + 1;
    }

    /**
     * Does a job on all workers and returns when all are done. One caller at a time; callers wait for each other.
     *
     * @throws IllegalStateException after close
     */
    public synchronized void run(Job next) {
        if (closed) {
            throw new IllegalStateException("the workers are closed");
        }
        job = Objects.requireNonNull(next);
        barrier.await(0, NOTHING);
        job.run(0);
        barrier.await(0, NOTHING);
        job = null;
    }

    private void serve(int worker) {
        while (true) {
            barrier.await(worker, NOTHING);
            if (job == null) {
                return;
            }
            job.run(worker);
            barrier.await(worker, NOTHING);
        }
    }

    /** Ends the threads. Idempotent. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            job = null;
            barrier.await(0, NOTHING);
        }
    }
}
