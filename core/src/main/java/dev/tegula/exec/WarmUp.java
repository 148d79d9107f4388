package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import java.util.Optional;

/**
 * Runs the chosen kernels of a small model on a thread and memory of its own until the JVM has compiled them, while the
 * executor works with the scalar ones; then the executor switches over. Both give the same bits, so nobody can tell but
 * by the clock. Begins after the executor's first call, so as not to delay the first token.
 */
final class WarmUp implements AutoCloseable {
    /** Rows of the larger of the two batches: enough for every tile of a matrix kernel. */
    private static final int ROWS = 17;
    /** Passes that are made at least; the JVM compiles a loop after some ten thousand turns. */
    private static final int MIN_PASSES = 24;
    /** Passes after which the fastest one so far counts as compiled code's. */
    private static final int STEADY_PASSES = 8;

    private final Plan plan;
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * Starts the thread.
     *
     * @param plan the plan with the chosen kernels
     * @param weights its weights
     * @param kernels the chosen kernels bound to the executor's memory
     * @param executor takes them when they are warm
     */
    WarmUp(Plan plan, LoadedWeights weights, Kernel[][] kernels, Executor executor) {
        this.plan = plan;
        this.thread = Thread.ofPlatform().name("tegula-warm-up").daemon(true).start(() -> {
            try {
                executor.awaitFirstRun();
                if (run(weights)) {
                    executor.switchTo(kernels);
                }
            } catch (InterruptedException e) {
                // Closed before the first call.
            } catch (RuntimeException e) {
                // The executor meets the same trouble, and has someone to tell it to.
            }
        });
    }

    /** Bytes that the warm-up of a plan works on. */
    static long bytes(Plan plan) {
        return plan.activationBytes() + layout(plan).bytes() + plan.scratch().totalBytes() + plan.sharedBytes()
                + Batch.bytes(ROWS, 1, 1);
    }

    private static KvLayout layout(Plan plan) {
        KvLayout kv = plan.kv();
        return new KvLayout(kv.type(), kv.layers(), kv.kvHeads(), kv.headSize(), 1);
    }

    /** Whether the kernels became warm; false when stopped. */
    private boolean run(LoadedWeights weights) {
        try (Storage storage = new Storage("warm-up")) {
            Kernel[][] kernels = new BoundPlan(plan, Optional.of(layout(plan)), weights, storage,
                    Optional.empty()).bind(plan);
            Scratch scratch = Scratch.allocate(storage, plan.scratch());
            Batch batch = new Batch(storage, ROWS, 1, 1);
            long fastest = Long.MAX_VALUE;
            int sinceFastest = 0;
            for (int pass = 0; pass < MIN_PASSES || sinceFastest < STEADY_PASSES; pass++) {
                long begun = System.nanoTime();
                if (!pass(kernels, fill(batch, 1), scratch) || !pass(kernels, fill(batch, rows()), scratch)) {
                    return false;
                }
                long time = System.nanoTime() - begun;
                // Noise of a few percent is no progress.
                sinceFastest = time < fastest - fastest / 16 ? 0 : sinceFastest + 1;
                fastest = Math.min(fastest, time);
            }
            return true;
        }
    }

    private int rows() {
        return Math.min(ROWS, plan.limits().batchRows());
    }

    private static Batch fill(Batch batch, int rows) {
        batch.clear();
        batch.addSequence(new int[]{0}, 1);
        for (int i = 0; i < rows; i++) {
            batch.addRow(0, i, i == rows - 1);
        }
        return batch;
    }

    private boolean pass(Kernel[][] kernels, Batch batch, Scratch scratch) {
        for (Kernel[] stage : kernels) {
            for (Kernel kernel : stage) {
                int portions = kernel.portions(batch, 1);
                for (int i = 0; i < portions; i++) {
                    if (stopped) {
                        return false;
                    }
                    kernel.run(batch, i, portions, scratch);
                }
            }
        }
        return true;
    }

    /** Ends the thread and waits for it: it reads the model's weights. */
    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        Workers.join(thread);
    }
}
