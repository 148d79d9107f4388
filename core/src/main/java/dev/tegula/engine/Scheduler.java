package dev.tegula.engine;

import dev.tegula.exec.Workers;
import dev.tegula.kernel.Batch;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;

/**
 * Steps all generations of an engine together, on a thread of its own.
 *
 * <p>A step is one executor call: a row for every generation that decodes, and in the rows left over a chunk of one
 * prompt, the one whose request came first. So a long prompt holds up the others by a chunk per token, no more, and
 * requests start in the order they came. Tokens are chosen right after the call. A step allocates nothing but the text.
 *
 * <p>What several threads share is guarded by {@link #lock}: the queue, the generation that is alone in the step, and
 * the end. All other state belongs to the scheduler's thread. Neither session nor stream is locked inside the lock.
 */
final class Scheduler implements Runnable {
    private final Runner runner;
    private final Batch batch;
    private final int queueCapacity;
    private final Thread thread;
    private final LogitRows logits;
    private final Generation[] active;
    private final Generation[] inStep;
    private final StepEvents events = new StepEvents();
    private int activeCount;
    private int inStepCount;

    private final Object lock = new Object();
    private final ArrayDeque<Generation> queue;
    private Generation alone;
    private boolean closed;
    private Throwable fault;

    Scheduler(EngineParts parts) {
        runner = parts.runner();
        batch = parts.batch();
        queueCapacity = parts.queue();
        queue = new ArrayDeque<>();
        logits = new LogitRows(parts.sessions());
        active = new Generation[parts.sessions()];
        inStep = new Generation[parts.sessions()];
        thread = new Thread(this, "tegula-scheduler");
        // An application that forgets to close the engine still ends.
        thread.setDaemon(true);
    }

    /** The scheduler's thread, which must not wait for anything it does itself. */
    Thread thread() {
        return thread;
    }

    void start() {
        thread.start();
    }

    /**
     * Puts a generation into the queue.
     *
     * @param waitNanos how long to wait for room in it; 0 not at all
     * @throws RejectedExecutionException if there is no room
     * @throws IllegalStateException if the session or the engine was closed, or the scheduler's own thread would wait
     * @throws InterruptedException if interrupted while waiting
     */
    void enqueue(Generation generation, long waitNanos) throws InterruptedException {
        if (waitNanos > 0 && Thread.currentThread() == thread) {
            throw new IllegalStateException("a logits hook must not wait for room in the queue");
        }
        long deadline = System.nanoTime() + waitNanos;
        synchronized (lock) {
            while (queue.size() == queueCapacity && !closed && !generation.cancelled()) {
                long millis = Math.ceilDiv(deadline - System.nanoTime(), 1_000_000L);
                if (waitNanos <= 0 || millis <= 0) {
                    throw new RejectedExecutionException("the queue is full: " + queueCapacity + " requests wait");
                }
                lock.wait(millis);
            }
            if (closed) {
                throw new IllegalStateException("the engine is closed" + (fault == null ? "" : ": " + fault), fault);
            }
            if (generation.cancelled()) {
                throw new IllegalStateException("the session is closed");
            }
            queue.add(generation);
            lock.notifyAll();
        }
    }

    /** Ends a generation soon, or at once if it has not started. Any thread. */
    void cancel(Generation generation) {
        generation.cancel();
        boolean waiting;
        synchronized (lock) {
            waiting = queue.remove(generation);
            if (alone == generation) {
                runner.abort();
            }
            lock.notifyAll();
        }
        if (waiting) {
            endCancelled(generation);
        }
    }

    /** Ends all generations and the thread, and waits for that. */
    void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        Workers.join(thread);
    }

    @Override
    public void run() {
        Throwable end = null;
        try {
            while (await()) {
                step();
            }
        } catch (Throwable e) {
            end = e;
        }
        synchronized (lock) {
            closed = true;
            fault = end;
            lock.notifyAll();
        }
        while (activeCount > 0) {
            end(active[0], end);
        }
        for (Generation next = poll(); next != null; next = poll()) {
            end(next, end);
        }
    }

    private boolean await() {
        synchronized (lock) {
            while (activeCount == 0 && queue.isEmpty() && !closed) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Nobody ends this thread so; a logits hook has left its mark.
                }
            }
            return !closed;
        }
    }

    private Generation poll() {
        synchronized (lock) {
            Generation next = queue.poll();
            if (next != null) {
                lock.notifyAll();
            }
            return next;
        }
    }

    private void step() {
        for (int i = activeCount - 1; i >= 0; i--) {
            if (active[i].cancelled()) {
                endCancelled(remove(active[i]));
            }
        }
        compose(prompt());
        if (inStepCount > 0 && execute()) {
            int output = 0;
            logits.of(runner.logits());
            for (int i = 0; i < inStepCount; i++) {
                Generation generation = inStep[i];
                generation.sequence().computed(generation.batchRows());
                if (generation.sequence().pending() == 0) {
                    choose(generation, output++);
                }
            }
        }
    }

    /** The generation whose prompt is being computed; the next of the queue if there is none. */
    private Generation prompt() {
        for (int i = 0; i < activeCount; i++) {
            if (!active[i].decoding()) {
                return active[i];
            }
        }
        Generation next = poll();
        if (next != null) {
            active[activeCount++] = next;
            next.start();
        }
        return next;
    }

    private void compose(Generation prompt) {
        batch.clear();
        inStepCount = 0;
        for (int i = 0; i < activeCount; i++) {
            if (active[i] != prompt && !add(active[i], 1)) {
                // It was removed, and the one behind it took its place.
                i--;
            }
        }
        if (prompt != null) {
            add(prompt, Math.min(prompt.sequence().pending(), batch.maxRows() - batch.rows()));
        }
    }

    private boolean add(Generation generation, int rows) {
        try {
            generation.tellPrefill();
            generation.sequence().addTo(batch, rows);
        } catch (Throwable e) {
            end(generation, e);
            return false;
        }
        generation.batchRows(rows);
        inStep[inStepCount++] = generation;
        return true;
    }

    /** Runs the batch; false when it was aborted or failed. */
    private boolean execute() {
        synchronized (lock) {
            Generation only = inStepCount == 1 ? inStep[0] : null;
            if (only != null && only.cancelled()) {
                return false;
            }
            alone = only;
        }
        // A hook that interrupted its thread meant itself; the workers' waiting would spin.
        Thread.interrupted();
        events.begin();
        try {
            // An abort that came too late for its own generation may hit this call; then the rows are run again.
            return runner.run(batch);
        } catch (Throwable e) {
            for (int i = 0; i < inStepCount; i++) {
                end(inStep[i], e);
            }
            return false;
        } finally {
            synchronized (lock) {
                alone = null;
            }
            events.end(inStep[inStepCount - 1], inStepCount);
        }
    }

    private void choose(Generation generation, int output) {
        try {
            if (generation.readsWholeRows()) {
                runner.fetch(output);
            }
            FinishReason reason = generation.cancelled()
                    ? FinishReason.CANCELLED
                    : generation.choose(logits.row(output), logits.readOnly(output));
            if (reason == FinishReason.CANCELLED) {
                endCancelled(remove(generation));
            } else if (reason != null) {
                remove(generation).finish(reason);
            }
        } catch (Throwable e) {
            end(generation, e);
        }
    }

    /** Ends a generation by a fault, or without one as cancelled. */
    private void end(Generation generation, Throwable cause) {
        remove(generation);
        if (cause == null) {
            endCancelled(generation);
        } else {
            generation.fail(cause);
        }
    }

    private static void endCancelled(Generation generation) {
        try {
            generation.finishCancelled();
        } catch (RuntimeException e) {
            generation.fail(e);
        }
    }

    /** Takes a generation off the active ones, keeping their order. */
    private Generation remove(Generation generation) {
        for (int i = 0; i < activeCount; i++) {
            if (active[i] == generation) {
                System.arraycopy(active, i + 1, active, i, activeCount - i - 1);
                active[--activeCount] = null;
                break;
            }
        }
        return generation;
    }
}
