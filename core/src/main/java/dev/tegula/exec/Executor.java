package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs a plan: the workers walk the stages in step. Each takes portions of a stage until none is left, and who finishes the
 * last one begins the next stage; a worker that the system lets wait is missed by nobody. Decides nothing and allocates
 * nothing.
 *
 * <p>{@link #run} is for one thread at a time; {@link #abort} may be called by any.
 */
public final class Executor {
    private final Workers workers;
    private volatile Kernel[][] next;
    private Kernel[][] stages;
    private final TensorView logits;
    /** The logits on a device, or null where they are computed on the host. */
    private final DeviceLogits remote;
    private final Scratch[] scratch;
    private final Workers.Job walk = this::walk;
    /** The stage's number in the upper half, in the lower one its portions that nobody has taken yet. */
    private final Signal ticket;
    private final AtomicInteger unfinished = new AtomicInteger();
    private final CountDownLatch ran = new CountDownLatch(1);
    private final int[] portions;
    private int totalPortions;
    private int stage;
    private Batch batch;
    private volatile boolean aborted;
    private volatile Throwable failure;

    /** In place of a ticket: no stage is left. */
    private static final long END = -1;

    /**
     * An executor of stages that do not come from a plan.
     *
     * @param stages kernels in the order in which they wait for each other; those of one stage run at the same time
     * @param logits what the last stage computes
     * @param scratch memory of each worker, enough for every kernel
     */
    public Executor(Workers workers, Kernel[][] stages, TensorView logits, Scratch[] scratch) {
        this(workers, stages, logits, null, scratch);
    }

    /** The same, with logits that lie on a device after a call; {@code remote} may be null. */
    Executor(Workers workers, Kernel[][] stages, TensorView logits, DeviceLogits remote, Scratch[] scratch) {
        if (scratch.length != workers.count()) {
            throw new IllegalArgumentException(
                    scratch.length + " scratch memories for " + workers.count() + " workers");
        }
        this.workers = workers;
        this.next = stages;
        this.logits = logits;
        this.remote = remote;
        this.scratch = scratch;
        this.ticket = new Signal(workers.count());
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
        if (remote != null) {
            remote.computed(rows);
        }
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
     * Stops the call in flight before its next stage: within one layer, but not while a device has it. Without one the next call stops at once, so that
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

    /**
     * Logits of the last batch: row i belongs to its i-th output row; F32, one column per token of the vocabulary. Rows that lie
     * on a device are downloaded.
     */
    public TensorView logits() {
        if (remote != null) {
            remote.downloadAll();
        }
        return logits;
    }

    /** The memory of {@link #logits}; a row that lies on a device is not there before {@link #fetch}. Always the same object. */
    public TensorView logitsMemory() {
        return logits;
    }

    /** Downloads a row of the last batch's logits, if it lies on a device and is not there yet. */
    public void fetch(int row) {
        if (remote != null) {
            remote.download(row);
        }
    }

    /**
     * The first logits of a row by the rank of {@link dev.tegula.kernel.Op.TopK}, found where they are: on the device.
     *
     * @param row row of the last batch's logits
     * @param k how many
     * @param values takes the logits
     * @param ids takes their tokens
     * @return false when the row is on the host, or the device has no kernel for it: then nothing is written
     */
    public boolean firstOnDevice(int row, int k, float[] values, int[] ids) {
        return remote != null && !remote.isDownloaded(row) && remote.first(row, k, values, ids);
    }

    private void walk(int worker) {
        for (long seen = ticket.get(); seen != END; seen = ticket.get()) {
            int left = (int) seen;
            if (left == 0) {
                ticket.awaitChange(worker, seen);
            } else if (ticket.replace(seen, seen - 1)) {
                // From here to the end of the portion the stage stays what it is.
                work(worker, totalPortions - left);
                if (unfinished.decrementAndGet() == 0) {
                    advance();
                }
            }
        }
    }

    private void work(int worker, int number) {
        int portion = number;
        int step = 0;
        while (portion >= portions[step]) {
            portion -= portions[step++];
        }
        try {
            stages[stage][step].run(batch, portion, portions[step], scratch[worker]);
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** Goes to the next stage that has something to do; run by one worker, while no other is at work. */
    private void advance() {
        try {
            do {
                if (++stage == stages.length || aborted || failure != null) {
                    ticket.set(END);
                    return;
                }
                count(stages[stage]);
            } while (totalPortions == 0);
        } catch (Throwable e) {
            failure = e;
            ticket.set(END);
            return;
        }
        unfinished.set(totalPortions);
        ticket.set((long) stage << 32 | totalPortions);
    }

    private void count(Kernel[] kernels) {
        totalPortions = 0;
        for (int i = 0; i < kernels.length; i++) {
            portions[i] = kernels[i].portions(batch, scratch.length);
            totalPortions += portions[i];
        }
    }
}
