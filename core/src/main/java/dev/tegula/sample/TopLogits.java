package dev.tegula.sample;

import dev.tegula.kernel.TopHeap;
import java.lang.foreign.MemorySegment;

/**
 * Finds the first of a row of logits by rank, as {@link dev.tegula.kernel.Op.TopK} orders them: the larger first, NaN
 * before any number, the smaller id between equals. Every implementation gives the same result.
 */
@FunctionalInterface
public interface TopLogits {
    /**
     * Writes the first {@code k} tokens in the order of their rank.
     *
     * @param logits segment with a row of F32 logits
     * @param offset where the row starts, in bytes; a whole row is there
     * @param count logits in the row
     * @param k how many are wanted, 1 to {@code count}
     * @param values takes their logits, at least {@code k} long
     * @param ids takes the tokens, at least {@code k} long
     */
    void select(MemorySegment logits, long offset, int count, int k, float[] values, int[] ids);

    /** In plain Java, for rows anywhere in memory. */
    static TopLogits plain() {
        return (logits, offset, count, k, values, ids) -> {
            TopHeap.start(logits, offset, k, values, ids);
            TopHeap.offer(logits, offset, k, count, k, values, ids);
            TopHeap.sort(k, values, ids);
        };
    }
}
