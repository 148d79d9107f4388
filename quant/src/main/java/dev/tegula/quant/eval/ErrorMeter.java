package dev.tegula.quant.eval;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Compares values with what they stand for, in as many pieces as is handy; sums in double. For one thread.
 *
 * <p>Two NaN, and two infinities of one sign, count as equal. A NaN against anything else makes every measure NaN.
 */
public final class ErrorMeter {

    private long count;
    private double squares;
    private double expectedSquares;
    private double differences;
    private double maxError;
    private long maxErrorIndex = -1;

    /** A meter that has seen nothing. */
    public ErrorMeter() {}

    /** Compares two arrays of the same length. */
    public static TensorError compare(float[] expected, float[] actual) {
        ErrorMeter meter = new ErrorMeter();
        meter.add(expected, actual);
        return meter.result();
    }

    /**
     * Takes in two arrays.
     *
     * @throws IllegalArgumentException when their lengths differ
     */
    public void add(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(expected.length + " expected values, " + actual.length + " actual ones");
        }
        add(MemorySegment.ofArray(expected), 0, MemorySegment.ofArray(actual), 0, expected.length);
    }

    /**
     * Takes in F32 values of the machine's byte order.
     *
     * @param expectedOffset byte offset of the first value in {@code expected}
     * @param actualOffset byte offset of the first value in {@code actual}
     * @param values how many
     * @throws IndexOutOfBoundsException when they do not lie inside their segments
     */
    public void add(MemorySegment expected, long expectedOffset, MemorySegment actual, long actualOffset,
            long values) {
        long bytes = Math.multiplyExact(values, (long) Float.BYTES);
        Objects.checkFromIndexSize(expectedOffset, bytes, expected.byteSize());
        Objects.checkFromIndexSize(actualOffset, bytes, actual.byteSize());
        for (long i = 0; i < bytes; i += Float.BYTES) {
            add(expected.get(ValueLayout.JAVA_FLOAT_UNALIGNED, expectedOffset + i),
                    actual.get(ValueLayout.JAVA_FLOAT_UNALIGNED, actualOffset + i));
        }
    }

    private void add(float expected, float actual) {
        if (Float.compare(expected, actual) != 0) {
            double difference = (double) actual - expected;
            squares += difference * difference;
            differences += difference;
            double magnitude = Math.abs(difference);
            // Once NaN, the maximum stays: nothing compares greater.
            if (magnitude > maxError || Double.isNaN(magnitude) && !Double.isNaN(maxError)) {
                maxError = magnitude;
                maxErrorIndex = count;
            }
        }
        expectedSquares += (double) expected * expected;
        count++;
    }

    /** The measures over all values so far; of no values at all, zeros. */
    public TensorError result() {
        long n = Math.max(count, 1);
        double relative = squares == 0 ? 0 : Math.sqrt(squares / expectedSquares);
        return new TensorError(count, Math.sqrt(squares / n), relative, maxError, maxErrorIndex, differences / n);
    }
}
