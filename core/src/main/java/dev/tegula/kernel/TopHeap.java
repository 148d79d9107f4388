package dev.tegula.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The first k of a row by the rank of {@link Op.TopK} while the row is read from its beginning, in two arrays: a heap
 * whose root is the last in rank of those kept so far.
 *
 * <pre>
 *   values[0] ≤ values[1], values[2];  values[1] ≤ values[3], values[4];  …        ids beside them
 * </pre>
 *
 * <p>An element that comes later loses against an equal, so only one that is larger than the root is kept in its place.
 * Of n elements in random order about k ln(n / k) are: a kernel is as fast as it passes over the others.
 */
public final class TopHeap {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private TopHeap() {}

    /** Scratch memory for the two arrays. */
    public static Scratch.Size scratch(int k) {
        return new Scratch.Size(0, k, k);
    }

    /**
     * Takes the first k elements of a row.
     *
     * @param x memory of the row
     * @param at offset of the row in bytes
     */
    public static void start(MemorySegment x, long at, int k, float[] values, int[] ids) {
        for (int i = 0; i < k; i++) {
            values[i] = x.get(F32, at + 4L * i);
            ids[i] = i;
        }
        for (int i = k / 2 - 1; i >= 0; i--) {
            siftDown(i, k, values, ids);
        }
    }

    /** Offers elements {@code from … to − 1}, which come after all those offered before. */
    public static void offer(MemorySegment x, long at, int from, int to, int k, float[] values, int[] ids) {
        float root = values[0];
        for (int i = from; i < to; i++) {
            float value = x.get(F32, at + 4L * i);
            // Most are not larger; the first comparison alone is what the loop costs.
            if (!(value <= root) && isLarger(value, root)) {
                values[0] = value;
                ids[0] = i;
                siftDown(0, k, values, ids);
                root = values[0];
            }
        }
    }

    /** Orders the heap by rank, first first. */
    public static void sort(int k, float[] values, int[] ids) {
        for (int last = k - 1; last > 0; last--) {
            swap(0, last, values, ids);
            siftDown(0, last, values, ids);
        }
    }

    /** Whether a value comes before another of any column: it is larger, or NaN and the other a number. */
    private static boolean isLarger(float a, float b) {
        return a > b || a != a && b == b;
    }

    private static boolean isBefore(int i, int j, float[] values, int[] ids) {
        return isLarger(values[i], values[j]) || !isLarger(values[j], values[i]) && ids[i] < ids[j];
    }

    private static void siftDown(int node, int length, float[] values, int[] ids) {
        int parent = node;
        int child = 2 * parent + 1;
        while (child < length) {
            if (child + 1 < length && isBefore(child, child + 1, values, ids)) {
                child++;
            }
            if (!isBefore(parent, child, values, ids)) {
                return;
            }
            swap(parent, child, values, ids);
            parent = child;
            child = 2 * parent + 1;
        }
    }

    private static void swap(int i, int j, float[] values, int[] ids) {
        float value = values[i];
        values[i] = values[j];
        values[j] = value;
        int id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
    }
}
