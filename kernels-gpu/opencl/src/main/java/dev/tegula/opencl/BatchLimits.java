package dev.tegula.opencl;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a batch may hold so that a program's kernels stay inside their memory: they trust it, and a device may not notice.
 */
final class BatchLimits {
    private final String device;
    private final Map<RowCount, Long> rows = new EnumMap<>(RowCount.class);
    /** By the window of those that read them, 0 for none, the blocks of the smallest cache. */
    private final Map<Integer, Integer> blocks = new TreeMap<>();
    private long positions = Long.MAX_VALUE;

    /**
     * Nothing is limited yet.
     *
     * @param device its id, for messages
     */
    BatchLimits(String device) {
        this.device = device;
    }

    /** A matrix has so many rows. */
    void rows(RowCount which, long limit) {
        rows.merge(which, limit, Math::min);
    }

    /** There are angles for so many positions. */
    void positions(long limit) {
        positions = Math.min(positions, limit);
    }

    /**
     * A cache has so many blocks, of which a row looks at those of its window.
     *
     * @param window positions that a row sees, with its own; 0 for all
     */
    void blocks(int limit, int window) {
        blocks.merge(window, limit, Math::min);
    }

    /**
     * Looks at a batch.
     *
     * @throws IllegalArgumentException with what it has too much of
     */
    void check(Batch batch) {
        rows.forEach((which, limit) -> {
            if (which.in(batch) > limit) {
                throw wrong("the batch has " + which.in(batch) + " rows of " + which + ", and there is memory for "
                        + limit);
            }
        });
        for (int r = 0; r < batch.rows(); r++) {
            if (batch.position(r) >= positions) {
                throw wrong("row " + r + " is at position " + batch.position(r) + ", and there are angles for "
                        + positions);
            }
        }
        blocks.forEach((window, limit) -> check(batch, window, limit));
    }

    private void check(Batch batch, int window, int limit) {
        Scoring scoring = Scoring.scaled(1, window);
        for (int s = 0; s < batch.sequences(); s++) {
            if (batch.firstRow(s) == batch.firstRow(s + 1)) {
                continue;
            }
            int first = scoring.first(batch.position(batch.firstRow(s))) / KvLayout.BLOCK;
            int last = batch.position(batch.firstRow(s + 1) - 1) / KvLayout.BLOCK;
            for (int b = first; b <= last; b++) {
                if (batch.block(s, b) < 0 || batch.block(s, b) >= limit) {
                    throw wrong("sequence " + s + " has KV block " + batch.block(s, b)
                            + " for its positions from " + b * KvLayout.BLOCK + " on, and there are " + limit);
                }
            }
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(device + ": " + what);
    }
}
