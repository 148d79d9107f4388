package dev.tegula.nat;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Loops that do nothing but use one part of the machine (peaks.h). A loop over memory has x, z and y of {@code count} bytes; one that
 * multiplies takes {@code count} steps on its {@link #SUMS} vectors.
 */
public enum PeakLoop {
    /** In each lane of F32: y = x + count · z₀ · z₁, where z₀ and z₁ are vectors of z, whose numbers repeat after four lanes. */
    FMA(1),
    /** The same in lanes of int32, where z₀ and z₁ have four bytes each, 0 to 127, whose products are added up. */
    INT8(4),
    /** The same in lanes of F32, where z₀ and z₁ have two BF16 each. */
    BF16(2),
    /** The first lanes of y are sums of the int32 of x, {@code passes} times; there are at most {@link #GRAIN} bytes of them. */
    READ(0),
    /** y = x. */
    COPY(0),
    /** y = x + 3 z in F32. */
    TRIAD(0),
    /** y = x, past the caches. */
    COPY_STREAMED(0),
    /** y = x + 3 z in F32, past the caches. */
    TRIAD_STREAMED(0);

    /** Vectors that a loop that multiplies adds to, which no other step waits for. */
    public static final int SUMS = 12;
    /** Bytes of memory at multiples of which a loop over memory ends, and as many as a step of any loop has. */
    public static final int GRAIN = 512;
    /** Bytes at multiples of which memory begins. */
    public static final int ALIGNMENT = 64;

    private final int products;

    PeakLoop(int products) {
        this.products = products;
    }

    /** Whether it multiplies, and does not wait for memory. */
    public boolean multiplies() {
        return products > 0;
    }

    /** Multiply-adds in each 32 bits of a vector in one step; 0 for loops over memory. */
    public int products() {
        return products;
    }

    /** Bytes that are read and written for each byte of {@code count}, as STREAM counts them. */
    public int streams() {
        return switch (this) {
            case FMA, INT8, BF16 -> 0;
            case READ -> 1;
            case COPY, COPY_STREAMED -> 2;
            case TRIAD, TRIAD_STREAMED -> 3;
        };
    }

    /** Whether it leaves the caches out. */
    public boolean isStreamed() {
        return this == COPY_STREAMED || this == TRIAD_STREAMED;
    }

    /** An implementation of one of them. */
    @FunctionalInterface
    public interface Body {
        /**
         * Runs it.
         *
         * @param count bytes or steps
         * @param passes how often it does the same
         */
        void run(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes);
    }

    /** Fills operands with numbers whose sums are exact, so that an answer is right or wrong. */
    public void fill(MemorySegment x, MemorySegment z) {
        for (long i = 0; i < x.byteSize() / Integer.BYTES; i++) {
            int small = (int) (i % 1021);
            x.setAtIndex(JAVA_INT, i, this == INT8 ? small : Float.floatToRawIntBits(small));
        }
        for (long i = 0; i < z.byteSize() / Integer.BYTES; i++) {
            z.setAtIndex(JAVA_INT, i, multiplies() ? factor(i) : Float.floatToRawIntBits(i % 509));
        }
    }

    /** 32 bits of z: 1, 2, 3 or 4, and 2, 3 and 4 where there are several. */
    private int factor(long i) {
        int first = 1 + (int) (i % 4);
        return switch (this) {
            case INT8 -> 0x04030200 + first;
            case BF16 -> Float.floatToRawIntBits(2) | Float.floatToRawIntBits(first) >>> 16;
            default -> Float.floatToRawIntBits(first);
        };
    }

    /**
     * Runs an implementation on operands from {@link #fill} and looks at every number that it stores.
     *
     * @param y is overwritten
     * @throws IllegalStateException when one is wrong
     */
    public void verify(Body body, MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        y.fill((byte) 0);
        body.run(y, x, z, count, passes);
        if (this == READ) {
            verifyRead(y, x, count, passes);
            return;
        }
        // Lanes repeat after four, so vectors of any length have the same.
        long words = (multiplies() ? x.byteSize() : count) / Integer.BYTES;
        for (long i = 0; i < words; i++) {
            int want = expected(x, z, i, count);
            if (y.getAtIndex(JAVA_INT, i) != want) {
                throw new IllegalStateException(String.format("%s: wrong result at %d: %08x instead of %08x", this, i,
                        y.getAtIndex(JAVA_INT, i), want));
            }
        }
    }

    private int expected(MemorySegment x, MemorySegment z, long i, long count) {
        int first = 1 + (int) (i % 4);
        return switch (this) {
            case FMA -> Float.floatToRawIntBits(x.getAtIndex(JAVA_FLOAT, i) + count * first * first);
            case INT8 -> x.getAtIndex(JAVA_INT, i) + (int) count * (first * first + 4 + 9 + 16);
            case BF16 -> Float.floatToRawIntBits(x.getAtIndex(JAVA_FLOAT, i) + count * (first * first + 4));
            case TRIAD, TRIAD_STREAMED -> Float.floatToRawIntBits(
                    x.getAtIndex(JAVA_FLOAT, i) + 3 * z.getAtIndex(JAVA_FLOAT, i));
            case COPY, COPY_STREAMED, READ -> x.getAtIndex(JAVA_INT, i);
        };
    }

    private void verifyRead(MemorySegment y, MemorySegment x, long count, long passes) {
        int sum = 0;
        for (long i = 0; i < GRAIN / Integer.BYTES; i++) {
            sum += y.getAtIndex(JAVA_INT, i);
        }
        int want = 0;
        for (long i = 0; i < count / Integer.BYTES; i++) {
            want += x.getAtIndex(JAVA_INT, i);
        }
        if (sum != want * (int) passes) {
            throw new IllegalStateException(this + ": wrong sum: " + sum + " instead of " + want * (int) passes);
        }
    }
}
