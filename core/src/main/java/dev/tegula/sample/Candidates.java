package dev.tegula.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * The tokens still in the running, as parallel arrays of ids and logits in memory that is reused for every token.
 *
 * <p>After {@link #load} candidate {@code i} is token {@code i}; selecting and filtering then reorder and shorten the
 * list. Candidates are ranked by logit, larger first, and by id, smaller first, between equals, so that every selection
 * is unique. Not thread-safe.
 */
public final class Candidates {
    private final int vocabularySize;
    private final int[] ids;
    private final float[] logits;
    private final double[] weights;
    private int size;
    private int sorted;
    private boolean byId;

    /**
     * Takes the memory for one vocabulary: 16 bytes per token.
     *
     * @param vocabularySize number of tokens, at least 1
     * @throws IllegalArgumentException if it is less than 1
     */
    public Candidates(int vocabularySize) {
        this(vocabularySize, vocabularySize);
    }

    /** Takes the memory for the first of a vocabulary only, for {@link #loadTop}: 16 bytes for each. */
    Candidates(int vocabularySize, int capacity) {
        if (vocabularySize < 1) {
            throw new IllegalArgumentException("vocabulary size must be at least 1, was " + vocabularySize);
        }
        this.vocabularySize = vocabularySize;
        ids = new int[capacity];
        logits = new float[capacity];
        weights = new double[capacity];
    }

    /** Number of tokens in the vocabulary. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** Number of candidates left, at least 1 after {@link #load}. */
    public int size() {
        return size;
    }

    /** The token id of candidate {@code index}, {@code 0 <= index < size()}. */
    public int id(int index) {
        return ids[Objects.checkIndex(index, size)];
    }

    /** The logit of candidate {@code index}, {@code 0 <= index < size()}. */
    public float logit(int index) {
        return logits[Objects.checkIndex(index, size)];
    }

    /**
     * Starts over with every token of the vocabulary.
     *
     * @param source logits as F32 in the platform's byte order, one per token
     * @param offset where the first one is, in bytes
     * @throws IndexOutOfBoundsException if the segment does not hold a whole row at the offset
     * @throws InvalidLogitsException if a logit is NaN or positive infinity
     */
    public void load(MemorySegment source, long offset) {
        checkRow(source, offset);
        MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, offset, logits, 0, ids.length);
        for (int i = 0; i < ids.length; i++) {
            // False for NaN as well.
            if (!(logits[i] < Float.POSITIVE_INFINITY)) {
                throw new InvalidLogitsException("the logit of token " + i + " is " + logits[i]);
            }
            ids[i] = i;
        }
        size = ids.length;
        sorted = 0;
        byId = true;
    }

    /**
     * Starts over with the first tokens in rank, as many as this has memory for: as {@link #load}, then {@link #sortTop} and
     * {@link #truncate}, but without going over the others more than once.
     */
    void loadTop(MemorySegment source, long offset, TopLogits top) {
        checkRow(source, offset);
        top.select(source, offset, vocabularySize, ids.length, logits, ids);
        // NaN and infinity come first.
        if (!(logits[0] < Float.POSITIVE_INFINITY)) {
            throw firstInvalid(source, offset);
        }
        size = ids.length;
        sorted = size;
        byId = false;
    }

    private static InvalidLogitsException firstInvalid(MemorySegment source, long offset) {
        int token = 0;
        float logit = source.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset);
        while (logit < Float.POSITIVE_INFINITY) {
            token++;
            logit = source.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + 4L * token);
        }
        return new InvalidLogitsException("the logit of token " + token + " is " + logit);
    }

    private void checkRow(MemorySegment source, long offset) {
        long need = Math.multiplyExact((long) vocabularySize, Float.BYTES);
        if (offset < 0 || offset > source.byteSize() - need) {
            throw new IndexOutOfBoundsException("logits need " + need + " bytes at offset " + offset
                    + ", the segment has " + source.byteSize());
        }
    }

    /**
     * The logit of a token, whatever its rank; only before any selection or filter.
     *
     * @throws IllegalStateException if candidates have been reordered or dropped
     */
    public float logitOf(int token) {
        checkById();
        return logits[token];
    }

    /**
     * Replaces the logit of a token; only before any selection or filter.
     *
     * @throws IllegalStateException if candidates have been reordered or dropped
     * @throws InvalidLogitsException if the new value is NaN or positive infinity
     */
    public void setLogitOf(int token, float logit) {
        checkById();
        if (!(logit < Float.POSITIVE_INFINITY)) {
            throw new InvalidLogitsException("the logit of token " + token + " became " + logit);
        }
        logits[token] = logit;
    }

    private void checkById() {
        if (!byId) {
            throw new IllegalStateException("penalties and biases come before selections in a chain");
        }
    }

    /** Divides every logit by a positive number; the order stays. */
    public void divide(float divisor) {
        for (int i = 0; i < size; i++) {
            // Dividing by a tiny number must not make an infinity, whose weight would be undefined.
            if (logits[i] != Float.NEGATIVE_INFINITY) {
                logits[i] = Math.clamp(logits[i] / divisor, -Float.MAX_VALUE, Float.MAX_VALUE);
            }
        }
    }

    /** The index of the first-ranked candidate. */
    public int best() {
        if (sorted > 0) {
            return 0;
        }
        int best = 0;
        for (int i = 1; i < size; i++) {
            if (before(i, best)) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Moves the first {@code n} in rank to the front, in order; the others follow in no particular order.
     *
     * @param n how many, at least 0; values above {@link #size()} mean all
     */
    public void sortTop(int n) {
        int end = Math.min(n, size);
        if (end <= sorted) {
            return;
        }
        byId = false;
        int start = sorted;
        int length = end - start;
        for (int i = length / 2 - 1; i >= 0; i--) {
            siftDown(start, i, length);
        }
        // The root is the last in rank of those kept so far: whoever precedes it takes its place.
        for (int i = end; i < size; i++) {
            if (before(i, start)) {
                swap(i, start);
                siftDown(start, 0, length);
            }
        }
        for (int last = length - 1; last > 0; last--) {
            swap(start, start + last);
            siftDown(start, 0, last);
        }
        sorted = end;
    }

    /** Keeps the first {@code n} in the current order and drops the others; at least one stays. */
    public void truncate(int n) {
        int kept = Math.max(1, n);
        if (kept < size) {
            size = kept;
            sorted = Math.min(sorted, kept);
            byId = false;
        }
    }

    /** Drops the candidates whose logit is below a limit, keeping the order; the first-ranked always stays. */
    public void dropBelow(float limit) {
        int best = best();
        int kept = 0;
        int keptSorted = 0;
        for (int i = 0; i < size; i++) {
            if (logits[i] >= limit || i == best) {
                ids[kept] = ids[i];
                logits[kept] = logits[i];
                kept++;
                keptSorted += i < sorted ? 1 : 0;
            }
        }
        byId &= kept == size;
        size = kept;
        sorted = keptSorted;
    }

    /**
     * Computes {@code exp(logit - largest logit)} of every candidate; see {@link #weight}.
     *
     * @return their sum, at least 1
     * @throws InvalidLogitsException if every logit is negative infinity
     */
    public double computeWeights() {
        float largest = logits[best()];
        if (largest == Float.NEGATIVE_INFINITY) {
            throw new InvalidLogitsException("the logits of all " + size + " candidates are -Infinity");
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            // StrictMath: the same bits on every machine, so that a seed means the same text everywhere.
            double weight = StrictMath.exp((double) logits[i] - largest);
            weights[i] = weight;
            sum += weight;
        }
        return sum;
    }

    /** The weight of candidate {@code index} as of the last {@link #computeWeights}, if nothing moved since. */
    public double weight(int index) {
        return weights[Objects.checkIndex(index, size)];
    }

    private boolean before(int a, int b) {
        float x = logits[a];
        float y = logits[b];
        return x > y || (x == y && ids[a] < ids[b]);
    }

    // A heap whose root is last in rank, in the candidates from start on.
    private void siftDown(int start, int node, int length) {
        int parent = node;
        while (true) {
            int child = 2 * parent + 1;
            if (child >= length) {
                return;
            }
            if (child + 1 < length && before(start + child, start + child + 1)) {
                child++;
            }
            if (!before(start + parent, start + child)) {
                return;
            }
            swap(start + parent, start + child);
            parent = child;
        }
    }

    private void swap(int a, int b) {
        int id = ids[a];
        ids[a] = ids[b];
        ids[b] = id;
        float logit = logits[a];
        logits[a] = logits[b];
        logits[b] = logit;
        double weight = weights[a];
        weights[a] = weights[b];
        weights[b] = weight;
    }
}
