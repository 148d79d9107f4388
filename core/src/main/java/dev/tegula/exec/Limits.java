package dev.tegula.exec;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.RowCount;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Dim;

/**
 * What a plan is made for.
 *
 * @param threads workers that share a call, the caller included; 1 … {@value #MAX_THREADS}
 * @param batchRows rows of one call at most: the length of a prefill chunk; 1 … 65536
 * @param outputRows rows of one call whose logits are wanted, at most; 1 … batch rows
 * @param sessions sequences in the cache at most; 1 … 65536
 * @param context positions per sequence; rounded up to whole KV blocks
 */
public record Limits(int threads, int batchRows, int outputRows, int sessions, int context) {
    /** The most workers that share a call: more than any machine has CPUs for. */
    public static final int MAX_THREADS = 1024;

    /** Checks every range. */
    public Limits {
        range("threads", threads, 1, MAX_THREADS);
        range("batch rows", batchRows, 1, 65536);
        range("output rows", outputRows, 1, batchRows);
        range("sessions", sessions, 1, 65536);
        range("context", context, 1, 1 << 30);
    }

    private static void range(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " " + value + ": must be " + min + " … " + max);
        }
    }

    /** Rows of a value with a symbolic number of them, at most. */
    int rows(Dim symbol) {
        return RowCount.of(symbol) == RowCount.OUTPUTS ? outputRows : batchRows;
    }

    /** KV blocks of one sequence. */
    public int blocksPerSession() {
        return Math.ceilDiv(context, KvLayout.BLOCK);
    }

    /** KV blocks of all sequences. */
    public int blocks() {
        return Math.multiplyExact(blocksPerSession(), sessions);
    }

    /** Bytes of a batch. */
    public long batchBytes() {
        return Batch.bytes(batchRows, sessions, blocksPerSession());
    }
}
