package dev.tegula.exec;

import java.util.Objects;

/**
 * Threads of our own that do one job together, the caller being worker 0. Never the common pool. The threads are daemons
 * and park while there is nothing to do.
 *
 * <p>Who comes late is not waited for: on a busy machine a thread may not run for milliseconds, in which the others have
 * done the job.
 */
public final class Workers implements AutoCloseable {
    /** The state: the number of jobs so far from here on up, and below it flags and how many threads are at the job. */
    private static final long JOB = 1L << 32;
    /** A job may be joined. */
    private static final long OPEN = 1L << 31;
    private static final long CLOSED = 1L << 30;
    private static final long HELPERS = CLOSED - 1;

    private final int count;
    private final Signal state;
    private Job job;
    private boolean closed;

    /** A job that workers share. */
    public interface Job {
        /**
         * Takes parts of the job until none is left to take. Returns on worker 0 only when the whole job is taken; other
         * workers may never be called, or late. Must not throw.
         *
         * @param worker number of the worker, 0 for the caller
         */
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
        this.count = count;
        this.state = new Signal(count);
        for (int i = 1; i < count; i++) {
            int worker = i;
            Thread.ofPlatform().name("tegula-worker-" + worker).daemon(true).start(() -> serve(worker));
        }
    }

    /** Number of workers, the caller included. */
    public int count() {
        return count;
    }

    /**
     * Does a job and returns when it is done and all workers have left it. One caller at a time; callers wait for each
     * other.
     *
     * @throws IllegalStateException after close
     */
    public synchronized void run(Job next) {
        if (closed) {
            throw new IllegalStateException("the workers are closed");
        }
        job = Objects.requireNonNull(next);
        state.set((state.get() & -JOB) + JOB | OPEN);
        try {
            next.run(0);
        } finally {
            awaitHelpers();
            job = null;
        }
    }

    /** Lets nobody else join the job, and waits for those who did. */
    private void awaitHelpers() {
        long seen = state.get();
        while (!state.replace(seen, seen & ~OPEN)) {
            seen = state.get();
        }
        for (seen = state.get(); (seen & HELPERS) != 0; seen = state.get()) {
            state.awaitChange(0, seen);
        }
    }

    private void serve(int worker) {
        long done = 0;
        long seen = state.get();
        while ((seen & CLOSED) == 0) {
            if ((seen & OPEN) != 0 && seen >>> 32 != done) {
                if (state.replace(seen, seen + 1)) {
                    done = seen >>> 32;
                    try {
                        job.run(worker);
                    } finally {
                        leave();
                    }
                }
            } else {
                state.awaitChange(worker, seen);
            }
            seen = state.get();
        }
    }

    private void leave() {
        long seen = state.get();
        while (!state.replace(seen, seen - 1)) {
            seen = state.get();
        }
        if ((seen & OPEN) == 0 && (seen & HELPERS) == 1) {
            state.wake();
        }
    }

    /** Ends the threads. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        state.set(state.get() | CLOSED);
    }

    /** Waits until a thread has ended. An interrupt of the caller does not shorten that, and is kept. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
