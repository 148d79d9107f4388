package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Op;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import java.util.SplittableRandom;

/** Ragged batches: chunks of several sequences that start at awkward positions, on KV blocks in random order. */
final class Batches {
    /** Sequences of a batch at most. */
    private static final int SEQUENCES = 3;
    /** Positions of a sequence where only attention looks back: a little over two segments. */
    private static final int LONG = 2 * KvLayout.SEGMENT + 96;
    /** Positions of a sequence elsewhere. */
    private static final int SHORT = 128;
    /** Rows of a batch at most, where no more are asked for. */
    private static final int ROWS = 33;

    private static final int[] STARTS = {0, 31, 32, 511, 512, 33, 500, 1023, 1, 1056};

    private Batches() {}

    /** Positions that a sequence can have in a comparison of an op. */
    static int positions(Op op) {
        return op instanceof Op.Attention ? LONG : SHORT;
    }

    /** KV blocks of one sequence. */
    static int table(Op op) {
        return positions(op) / KvLayout.BLOCK;
    }

    /** KV blocks of the pool; a few are never used. */
    static int blocks(Op op) {
        return SEQUENCES * table(op) + 2;
    }

    /** Rows that a batch has memory for, of which so many are used. */
    static int capacity(int rows) {
        return Math.max(rows, ROWS);
    }

    /** A batch for an op. */
    static Batch of(Storage storage, Op op, int rows, SplittableRandom random) {
        int length = table(op);
        Batch batch = new Batch(storage, capacity(rows), SEQUENCES, length);
        int[] order = new int[blocks(op)];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        int left = rows;
        for (int s = 0; s < SEQUENCES && left > 0; s++) {
            int[] table = new int[length];
            System.arraycopy(order, s * length, table, 0, length);
            batch.addSequence(table, length);
            int count = s == SEQUENCES - 1 ? left : random.nextInt(1, left + 1);
            int start = STARTS[random.nextInt(STARTS.length)] % (positions(op) - capacity(rows));
            for (int i = 0; i < count; i++) {
                batch.addRow(random.nextInt(Integer.MAX_VALUE), start + i, random.nextInt(3) > 0);
            }
            left -= count;
        }
        return batch;
    }
}
