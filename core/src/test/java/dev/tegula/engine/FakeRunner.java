package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * A model without weights: its KV cache holds the tokens themselves, and the logits of a row are a function of all
 * tokens up to its position, read through the block table. Whoever mixes up positions, blocks or sessions gets other
 * logits.
 */
final class FakeRunner implements Runner, AutoCloseable {
    /** From the tokens up to a row to its logits. */
    interface Rule {
        /**
         * @param hash of all tokens of the sequence so far
         * @param last the row's token
         * @param candidate the token whose logit is wanted
         */
        float logit(long hash, int last, int candidate);
    }

    /** Logits that look random. */
    static final Rule RANDOM = (hash, last, candidate) -> {
        long x = (hash + candidate) * 0x9E3779B97F4A7C15L;
        x ^= x >>> 29;
        x *= 0xBF58476D1CE4E5B9L;
        return (x >>> 40) * 0x1p-22f;
    };

    private final Storage storage = new Storage("fake");
    private final int vocabulary;
    private final int[] kv;
    private final TensorView logits;
    private final Semaphore steps = new Semaphore(0);
    private final Semaphore entered = new Semaphore(0);
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private volatile Rule rule = RANDOM;
    private volatile boolean gated;
    private volatile boolean aborted;
    private volatile boolean logging = true;
    private volatile RuntimeException fault;
    private volatile boolean broken;
    private volatile int aborts;
    private boolean running;

    FakeRunner(int vocabulary, int blocks, int outputs) {
        this.vocabulary = vocabulary;
        this.kv = new int[blocks * KvLayout.BLOCK];
        this.logits = TensorView.allocate(storage, DType.F32, outputs, vocabulary);
    }

    Storage storage() {
        return storage;
    }

    void rule(Rule value) {
        rule = value;
    }

    /** Every run waits for {@link #permit} from now on. */
    void gate() {
        gated = true;
    }

    /** Runs go through again. */
    void open() {
        gated = false;
        steps.release(1000);
    }

    void permit(int runs) {
        steps.release(runs);
    }

    /** Waits until a run has begun. */
    void awaitEntered() {
        entered.acquireUninterruptibly();
    }

    void failNext(RuntimeException value) {
        fault = value;
    }

    /** A fault where no fault can be. */
    void breakLogits() {
        broken = true;
    }

    void quiet() {
        logging = false;
    }

    /** The steps so far: {@code tokens@position} of every sequence. */
    List<String> log() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    int aborts() {
        return aborts;
    }

    @Override
    public boolean run(Batch batch) {
        synchronized (this) {
            if (running) {
                throw new AssertionError("two calls at a time");
            }
            running = true;
        }
        try {
            if (logging) {
                entered.release();
                log.add(describe(batch));
            }
            if (gated && !pass()) {
                return false;
            }
            RuntimeException failure = fault;
            if (failure != null) {
                fault = null;
                throw failure;
            }
            compute(batch);
            return !aborted;
        } finally {
            aborted = false;
            synchronized (this) {
                running = false;
            }
        }
    }

    private boolean pass() {
        while (!steps.tryAcquire()) {
            if (aborted) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    private void compute(Batch batch) {
        int output = 0;
        for (int row = 0; row < batch.rows(); row++) {
            int sequence = batch.sequence(row);
            int position = batch.position(row);
            kv[slot(batch, sequence, position)] = batch.token(row);
            if (output < batch.outputs() && batch.outputRow(output) == row) {
                long hash = 17;
                for (int p = 0; p <= position; p++) {
                    hash = hash * 1_000_003 + kv[slot(batch, sequence, p)];
                }
                for (int token = 0; token < vocabulary; token++) {
                    logits.segment()
                            .set(ValueLayout.JAVA_FLOAT, logits.rowOffset(output) + 4L * token,
                                    rule.logit(hash, batch.token(row), token));
                }
                output++;
            }
        }
    }

    private static int slot(Batch batch, int sequence, int position) {
        return batch.block(sequence, position / KvLayout.BLOCK) * KvLayout.BLOCK + position % KvLayout.BLOCK;
    }

    private static String describe(Batch batch) {
        List<String> parts = new ArrayList<>();
        for (int s = 0; s < batch.sequences(); s++) {
            int first = batch.firstRow(s);
            parts.add(batch.firstRow(s + 1) - first + "@" + batch.position(first));
        }
        return String.join(" ", parts);
    }

    @Override
    public void abort() {
        aborts++;
        aborted = true;
    }

    @Override
    public TensorView logits() {
        if (broken) {
            throw new IllegalStateException("nobody expected this");
        }
        return logits;
    }

    @Override
    public void fetch(int row) {
        // Every row is in memory.
    }

    @Override
    public void close() {
        storage.close();
    }
}
