package dev.tegula.exec;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A number that threads wait for to change. They spin for a while before they park: stages last microseconds when a single
 * token is decoded, far less than waking a thread takes. Allocates nothing.
 */
final class Signal {
    /** Spins before parking: some 100 to 200 µs, longer than any stage is out of balance on an idle machine. */
    private static final int SPINS = 4_000;

    private final AtomicLong value = new AtomicLong();
    private final Thread[] parked;

    /** A signal for {@code parties} threads, numbered from 0. */
    Signal(int parties) {
        this.parked = new Thread[parties];
    }

    /** The number now. */
    long get() {
        return value.get();
    }

    /** Changes the number if it is what is expected, and wakes nobody. */
    boolean replace(long expected, long next) {
        return value.compareAndSet(expected, next);
    }

    /** Changes the number and wakes who waits. */
    void set(long next) {
        value.set(next);
        wake();
    }

    /** Wakes who waits: those who find the number changed go on. */
    void wake() {
        synchronized (parked) {
            for (Thread thread : parked) {
                if (thread != null) {
                    LockSupport.unpark(thread);
                }
            }
        }
    }

    /**
     * Waits until the number is another than {@code seen}. A change by {@link #replace} may be missed until
     * {@link #wake}.
     *
     * @param party the caller's number
     */
    void awaitChange(int party, long seen) {
        for (int i = 0; i < SPINS; i++) {
            if (value.get() != seen) {
                return;
            }
            Thread.onSpinWait();
        }
        synchronized (parked) {
            parked[party] = Thread.currentThread();
        }
        while (value.get() == seen) {
            LockSupport.park(this);
        }
        synchronized (parked) {
            parked[party] = null;
        }
    }
}
