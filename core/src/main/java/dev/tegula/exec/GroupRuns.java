package dev.tegula.exec;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Lets all workers take runs of a matrix's groups in turn until none is left or one fails. */
final class GroupRuns {
    /** Bytes that a worker takes at a time: enough to hide the call, small enough for its cache. */
    private static final long CHUNK = 1 << 18;

    private GroupRuns() {}

    /** Prepares a worker. */
    interface Start {
        /** What the worker does; its memory comes from an arena that is closed when all is done. */
        Work begin(int worker, Arena arena);
    }

    /** What one worker does with each run that it takes. */
    interface Work {
        void run(long first, long count) throws IOException;
    }

    /** Groups to take at a time. */
    static long length(long groupBytes) {
        return Math.max(1, CHUNK / groupBytes);
    }

    /**
     * Does all groups.
     *
     * @param groups how many there are
     * @param step how many a worker takes at a time, at most
     * @throws IOException that a worker threw; other exceptions and errors are passed on as well
     */
    static void forAll(Workers workers, long groups, long step, Start start) throws IOException {
        AtomicLong next = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        workers.run(worker -> {
            try (Arena arena = Arena.ofConfined()) {
                Work work = start.begin(worker, arena);
                long first;
                while ((first = next.getAndAdd(step)) < groups && failure.get() == null) {
                    work.run(first, Math.min(step, groups - first));
                }
            } catch (IOException | RuntimeException | Error e) {
                failure.set(e);
            }
        });
        switch (failure.get()) {
            case null -> {
            }
            case IOException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw (RuntimeException) e;
        }
    }
}
