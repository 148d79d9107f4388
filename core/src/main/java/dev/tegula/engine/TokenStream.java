package dev.tegula.engine;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The text of one request while it is being generated, and its result.
 *
 * <p>Pieces are whole characters, never empty, and no part of a stop string. All of them are kept, at most one per token
 * allowed, so a reader may come late, be slow or stay away without holding up anybody; each iterator begins at the first
 * piece. The calls that wait return early when the thread is interrupted: they throw {@link GenerationException} with the
 * interrupt flag set, and the generation goes on.
 *
 * <p>Thread-safe; an iterator belongs to one thread.
 */
public final class TokenStream implements Iterable<String> {
    private final Thread scheduler;
    private final String[] pieces;
    private Runnable canceller;
    private int count;
    private GenerationResult result;
    private Throwable failure;

    /**
     * @param scheduler the thread that may not wait
     * @param maxPieces pieces at most
     */
    TokenStream(Thread scheduler, int maxPieces) {
        this.scheduler = scheduler;
        this.pieces = new String[maxPieces];
    }

    /** Sets what cancel does; called once, before the stream is handed out. */
    void onCancel(Runnable action) {
        canceller = action;
    }

    /**
     * Ends the generation: within one layer of the model if the session is alone in the step, at the end of the step
     * otherwise. The pieces so far stay, the result's reason is {@link FinishReason#CANCELLED}. Does not wait; does
     * nothing when the generation has ended.
     */
    public void cancel() {
        canceller.run();
    }

    /** Whether the generation has ended, in whatever way. */
    public synchronized boolean isDone() {
        return result != null || failure != null;
    }

    /**
     * Waits for the end.
     *
     * @throws GenerationException if the generation failed, or this thread was interrupted
     */
    public synchronized GenerationResult result() {
        while (!isDone()) {
            await();
        }
        throwFailure();
        return result;
    }

    /**
     * The pieces from the first one on; {@code hasNext} waits for the next piece or the end.
     *
     * <p>{@code hasNext} throws {@link GenerationException} behind the last piece if the generation failed.
     */
    @Override
    public Iterator<String> iterator() {
        return new Pieces();
    }

    /** Hands every piece to a consumer on this thread, and returns at the end of the text. */
    @Override
    public void forEach(Consumer<? super String> consumer) {
        Iterable.super.forEach(consumer);
    }

    /** Next piece, by the scheduler. */
    synchronized void add(String piece) {
        pieces[count++] = piece;
        notifyAll();
    }

    /** The pieces so far, joined. */
    synchronized String text() {
        return String.join("", java.util.Arrays.asList(pieces).subList(0, count));
    }

    /** The end, by the scheduler. */
    synchronized void finish(GenerationResult value) {
        result = Objects.requireNonNull(value);
        notifyAll();
    }

    /** The end by a fault. */
    synchronized void fail(Throwable fault) {
        failure = Objects.requireNonNull(fault);
        notifyAll();
    }

    private synchronized String piece(int index) {
        while (index == count && !isDone()) {
            await();
        }
        if (index < count) {
            return pieces[index];
        }
        throwFailure();
        return null;
    }

    private void throwFailure() {
        if (failure != null) {
            // A new exception each time: its stack is that of the thread it is thrown on.
            throw new GenerationException("generation failed: " + failure.getMessage(), failure);
        }
    }

    private void await() {
        if (Thread.currentThread() == scheduler) {
            throw new IllegalStateException("a logits hook must not wait for a generation");
        }
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationException("interrupted while waiting for a generation", e);
        }
    }

    private final class Pieces implements Iterator<String> {
        private int index;
        private String next;

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = piece(index);
            }
            return next != null;
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the text has ended after " + index + " pieces");
            }
            String piece = next;
            next = null;
            index++;
            return piece;
        }
    }
}
