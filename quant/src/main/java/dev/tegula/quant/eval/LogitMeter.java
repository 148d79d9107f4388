package dev.tegula.quant.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Compares rows of logits with a reference's, one after the other; sums in double. For one thread.
 *
 * <p>A logit of minus infinity is a token that cannot be: where only the other model rules a possible token out, the
 * divergence is infinite. A row with a NaN has a divergence of NaN and no most probable token to agree on.
 */
public final class LogitMeter {

    private long rows;
    private long agreed;
    private double sumKl;
    private double maxKl;
    private double maxDifference;
    private double largestLogit;

    /** A meter that has seen nothing. */
    public LogitMeter() {}

    /**
     * Takes in one row.
     *
     * @throws IllegalArgumentException when the rows are empty or their lengths differ
     */
    public void add(float[] reference, float[] other) {
        if (reference.length != other.length) {
            throw new IllegalArgumentException(
                    reference.length + " reference logits, " + other.length + " to compare with them");
        }
        add(MemorySegment.ofArray(reference), 0, MemorySegment.ofArray(other), 0, reference.length);
    }

    /**
     * Takes in one row of F32 values in the machine's byte order.
     *
     * @param referenceOffset byte offset of the row in {@code reference}
     * @param otherOffset byte offset of the row in {@code other}
     * @param vocabulary logits in a row, at least 1
     * @throws IllegalArgumentException when {@code vocabulary} is less than 1
     * @throws IndexOutOfBoundsException when a row does not lie inside its segment
     */
    public void add(MemorySegment reference, long referenceOffset, MemorySegment other, long otherOffset,
            int vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("vocabulary = " + vocabulary + ": must be 1 or more");
        }
        Objects.checkFromIndexSize(referenceOffset, (long) Float.BYTES * vocabulary, reference.byteSize());
        Objects.checkFromIndexSize(otherOffset, (long) Float.BYTES * vocabulary, other.byteSize());
        Row p = new Row(reference, referenceOffset, vocabulary);
        Row q = new Row(other, otherOffset, vocabulary);
        double kl = 0;
        for (int i = 0; i < vocabulary; i++) {
            double logit = p.logit(i);
            double difference = logit == q.logit(i) ? 0 : Math.abs(logit - q.logit(i));
            maxDifference = Math.max(maxDifference, difference);
            largestLogit = Math.max(largestLogit, Math.abs(logit));
            double logP = logit - p.logSum;
            // p * log(p / q) tends to 0 with p; written out it would be 0 * -inf.
            if (logP != Double.NEGATIVE_INFINITY) {
                kl += Math.exp(logP) * (logP - (q.logit(i) - q.logSum));
            }
        }
        // A divergence is never negative; rounding of two equal rows may leave a few units of the last place.
        kl = Math.max(kl, 0);
        sumKl += kl;
        maxKl = Math.max(maxKl, kl);
        if (p.top == q.top && p.top >= 0) {
            agreed++;
        }
        rows++;
    }

    /** The measures over all rows so far; of no rows at all, zeros. */
    public LogitAgreement result() {
        double n = Math.max(rows, 1);
        return new LogitAgreement(rows, sumKl / n, maxKl, agreed / n, maxDifference, largestLogit);
    }

    /** One row with its largest logit and the logarithm of its sum of exponentials. */
    private static final class Row {
        private final MemorySegment segment;
        private final long offset;
        private final double logSum;
        /** Index of the largest logit, the lowest of several; -1 when there is a NaN. */
        private final int top;

        Row(MemorySegment segment, long offset, int length) {
            this.segment = segment;
            this.offset = offset;
            int largest = 0;
            boolean nan = false;
            for (int i = 0; i < length; i++) {
                nan |= Double.isNaN(logit(i));
                if (logit(i) > logit(largest)) {
                    largest = i;
                }
            }
            top = nan ? -1 : largest;
            double max = logit(largest);
            double sum = 0;
            for (int i = 0; i < length; i++) {
                sum += Math.exp(logit(i) - max);
            }
            logSum = max + Math.log(sum);
        }

        double logit(int i) {
            return segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, offset + (long) Float.BYTES * i);
        }
    }
}
