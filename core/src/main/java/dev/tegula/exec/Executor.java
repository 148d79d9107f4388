package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a plan: every worker walks the stages in step, takes portions of a stage until none is left, and waits for the
 * others. Decides nothing and allocates nothing.
 *
 * <p>{@link #run} is for one thread at a time; {@link #abort} may be called by any.
 */
public final class Executor {
    private final Workers workers;
    private volatile Kernel[][] next;
    private Kernel[][] stages;
    private final TensorView logits;
    private final Scratch[] scratch;
    private final Barrier barrier;
    private final Workers.Job walk = this::walk;
    private final Runnable advance = this::advance;
    private final AtomicInteger nextPortion = new AtomicInteger();
    private final CountDownLatch ran = new CountDownLatch(1);
    private final int[] portions;
    private int totalPortions;
    private int stage;
    private Batch batch;
    private volatile boolean aborted;
    private volatile Throwable failure;

    Executor(Workers workers, Kernel[][] stages, TensorView logits, Scratch[] scratch) {
        this.workers = workers;
        this.next = stages;
        this.logits = logits;
        this.scratch = scratch;
        this.barrier = new Barrier(workers.count());
        int widest = 0;
        for (Kernel[] kernels : stages) {
            widest = Math.max(widest, kernels.length);
        }
        this.portions = new int[widest];
    }

    /**
     * Evaluates a batch: writes keys and values of its rows to the cache and the logits of its output rows to
     * {@link #logits()}.
     *
     * @return false when {@link #abort()} stopped it; the cache's content at the batch's positions is then undefined
     * @throws IllegalArgumentException when more outputs are wanted than the plan has rows for
     * @throws IllegalStateException when a kernel failed, with the kernel's exception as its cause
     */
    public boolean run(Batch rows) {
        if (rows.rows() == 0) {
            return true;
        }
        if (rows.outputs() > logits.rows()) {
            throw new IllegalArgumentException(rows.outputs() + " output rows: the plan has " + logits.rows());
        }
        batch = rows;
        stages = next;
        failure = null;
        stage = -1;
        advance();
        workers.run(walk);
        batch = null;
        ran.countDown();
        boolean stopped = aborted;
        aborted = false;
        Throwable thrown = failure;
        if (thrown != null) {
            throw new IllegalStateException("a kernel failed: " + thrown.getMessage(), thrown);
        }
        return !stopped;
    }

    /**
     * Stops the call in flight before its next stage: within one layer. Without one the next call stops at once, so that
     * an abort is not lost that comes between the caller's decision to run and the run.
     */
    public void abort() {
        aborted = true;
    }

    /** Lets the following calls run other kernels for the same stages, which give the same bits. */
    void switchTo(Kernel[][] kernels) {
        next = kernels;
    }

    /** Waits until a call has ended. */
    void awaitFirstRun() throws InterruptedException {
        ran.await();
    }

    /** Logits of the last batch: row i belongs to its i-th output row; F32, one column per token of the vocabulary. */
    public TensorView logits() {
        return logits;
    }

    private void walk(int worker) {
        while (stage < stages.length) {
            try {
                work(worker);
            } catch (Throwable e) {
                failure = e;
            }
            barrier.await(worker, advance);
        }
    }

    private void work(int worker) {
        Kernel[] kernels = stages[stage];
        int total = totalPortions;
        int portion;
        while ((portion = nextPortion.getAndIncrement()) < total) {
            int step = 0;
            while (portion >= portions[step]) {
                portion -= portions[step++];
            }
            kernels[step].run(batch, portion, portions[step], scratch[worker]);
        }
    }

    /** Goes to the next stage that has something to do; run by one worker while all others wait. */
    private void advance() {
        try {
            nextPortion.setPlain(0);
            totalPortions = 0;
            while (totalPortions == 0 && ++stage < stages.length) {
                if (aborted || failure != null) {
                    stage = stages.length;
                    return;
                }
                Kernel[] kernels = stages[stage];
                for (int i = 0; i < kernels.length; i++) {
                    portions[i] = kernels[i].portions(batch, scratch.length);
                    totalPortions += portions[i];
                }
            }
        } catch (Throwable e) {
            failure = e;
            stage = stages.length;
        }
    }
}
