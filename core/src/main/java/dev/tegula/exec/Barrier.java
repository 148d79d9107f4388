package dev.tegula.exec;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A barrier for a fixed set of threads that spins for a while before it parks: stages last microseconds when a single
 * token is decoded, far less than waking a thread takes. The last thread to arrive runs the action before the others go
 * on. Allocates nothing.
 */
final class Barrier {
    /** Spins before parking: some 100 to 200 µs, longer than any stage is out of balance on an idle machine. */
    private static final int SPINS = 4_000;

    private final Thread[] parked;
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile int phase;

    /** A barrier for {@code parties} threads, numbered from 0. */
    Barrier(int parties) {
        this.parked = new Thread[parties];
    }

    /**
     * Waits until all have arrived.
     *
     * @param party the caller's number
     * @param action what the last one to arrive does before anyone goes on; must not throw
     */
    void await(int party, Runnable action) {
        int current = phase;
        if (arrived.incrementAndGet() == parked.length) {
            action.run();
            arrived.setRelease(0);
            phase = current + 1;
            wake();
            return;
        }
        for (int i = 0; i < SPINS; i++) {
            if (phase != current) {
                return;
            }
            Thread.onSpinWait();
        }
        park(party, current);
    }

    private void park(int party, int current) {
        synchronized (parked) {
            parked[party] = Thread.currentThread();
        }
        while (phase == current) {
            LockSupport.park(this);
        }
        synchronized (parked) {
            parked[party] = null;
        }
    }

    private void wake() {
        synchronized (parked) {
            for (Thread thread : parked) {
                if (thread != null) {
                    LockSupport.unpark(thread);
                }
            }
        }
    }
}
