package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import java.util.SplittableRandom;

/** Ragged batches: chunks of several sequences that start at awkward positions, on KV blocks in random order. */
final class Batches {
    /** Positions that a sequence of a comparison can have: a little over two segments. */
    static final int POSITIONS = 2 * KvLayout.SEGMENT + 96;
    /** Sequences of a batch at most. */
    static final int SEQUENCES = 3;
    /** KV blocks of one sequence. */
    static final int TABLE = POSITIONS / KvLayout.BLOCK;
    /** KV blocks of the pool; a few are never used. */
    static final int BLOCKS = SEQUENCES * TABLE + 2;
    /** Rows of a batch at most. */
    static final int ROWS = 33;

    private static final int[] STARTS = {0, 31, 32, 511, 512, 33, 500, 1023, 1, 1056};

    private Batches() {}

    static Batch of(Storage storage, int rows, SplittableRandom random) {
        Batch batch = new Batch(storage, ROWS, SEQUENCES, TABLE);
        int[] order = new int[BLOCKS];
        for (int i = 0; i < BLOCKS; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        int left = rows;
        for (int s = 0; s < SEQUENCES && left > 0; s++) {
            int[] table = new int[TABLE];
            System.arraycopy(order, s * TABLE, table, 0, TABLE);
            batch.addSequence(table, TABLE);
            int count = s == SEQUENCES - 1 ? left : random.nextInt(1, left + 1);
            int start = STARTS[random.nextInt(STARTS.length)];
            for (int i = 0; i < count; i++) {
                batch.addRow(random.nextInt(Integer.MAX_VALUE), start + i, random.nextInt(3) > 0);
            }
            left -= count;
        }
        return batch;
    }
}
