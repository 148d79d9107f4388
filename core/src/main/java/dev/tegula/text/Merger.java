package dev.tegula.text;

import java.util.Arrays;

/**
 * Merges neighbouring symbols, best pair first, the leftmost of equals first, until no pair merges. Symbols form a linked
 * list and the pairs a binary heap, so that n symbols take O(n log n) time however long the word is.
 *
 * <p>
 * A pair in the heap is out of date when one of its symbols has merged since. As symbols only grow, it suffices to compare
 * the two symbols' length with the length that the pair had.
 */
abstract class Merger {

    /** What {@link #rate} answers for a pair that does not merge. */
    static final long NO_MERGE = Long.MIN_VALUE;

    private static final int GONE = 0;

    int count;
    int[] starts = new int[64];
    int[] lengths = new int[64];
    int[] symbols = new int[64];
    private int[] previous = new int[64];
    private int[] next = new int[64];
    private long[] heapKeys = new long[64]; // priority above, left symbol's position below
    private long[] heapValues = new long[64]; // length above, made symbol below
    private int heapSize;

    /**
     * Rates the pair of two neighbours.
     *
     * @param left
     *            position of the left symbol
     * @param right
     *            position of the right symbol
     * @return priority in the upper half (less merges first, signed) and made symbol in the lower, or {@link #NO_MERGE}
     */
    abstract long rate(int left, int right);

    final void clear() {
        count = 0;
    }

    final void add(int start, int length, int symbol) {
        if (count == starts.length) {
            int capacity = Math.multiplyExact(count, 2);
            starts = Arrays.copyOf(starts, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            symbols = Arrays.copyOf(symbols, capacity);
            previous = Arrays.copyOf(previous, capacity);
            next = Arrays.copyOf(next, capacity);
        }
        starts[count] = start;
        lengths[count] = length;
        symbols[count] = symbol;
        count++;
    }

    /** Merges all that merges; afterwards {@link #after} walks the symbols that remain, from position 0. */
    final void merge() {
        for (int i = 0; i < count; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
        }
        heapSize = 0;
        for (int i = 1; i < count; i++) {
            consider(i - 1, i);
        }
        while (heapSize > 0) {
            int left = (int) heapKeys[0];
            long value = heapValues[0];
            pop();
            int right = next[left];
            if (lengths[left] == GONE || right < 0 || lengths[left] + lengths[right] != (int) (value >>> 32)) {
                continue;
            }
            lengths[left] += lengths[right];
            lengths[right] = GONE;
            symbols[left] = (int) value;
            next[left] = next[right];
            if (next[left] >= 0) {
                previous[next[left]] = left;
            }
            consider(previous[left], left);
            consider(left, next[left]);
        }
    }

    /** The position of the symbol behind the one at {@code position}, or -1. */
    final int after(int position) {
        return next[position];
    }

    private void consider(int left, int right) {
        if (left < 0 || right < 0) {
            return;
        }
        long rating = rate(left, right);
        if (rating != NO_MERGE) {
            long length = lengths[left] + lengths[right];
            push(rating & 0xFFFFFFFF_00000000L | left, length << 32 | rating & 0xFFFFFFFFL);
        }
    }

    private void push(long key, long value) {
        if (heapSize == heapKeys.length) {
            int capacity = Math.multiplyExact(heapSize, 2);
            heapKeys = Arrays.copyOf(heapKeys, capacity);
            heapValues = Arrays.copyOf(heapValues, capacity);
        }
        int i = heapSize++;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (heapKeys[parent] <= key) {
                break;
            }
            heapKeys[i] = heapKeys[parent];
            heapValues[i] = heapValues[parent];
            i = parent;
        }
        heapKeys[i] = key;
        heapValues[i] = value;
    }

    private void pop() {
        heapSize--;
        long key = heapKeys[heapSize];
        long value = heapValues[heapSize];
        int i = 0;
        while (2 * i + 1 < heapSize) {
            int child = 2 * i + 1;
            if (child + 1 < heapSize && heapKeys[child + 1] < heapKeys[child]) {
                child++;
            }
            if (heapKeys[child] >= key) {
                break;
            }
            heapKeys[i] = heapKeys[child];
            heapValues[i] = heapValues[child];
            i = child;
        }
        heapKeys[i] = key;
        heapValues[i] = value;
    }
}
