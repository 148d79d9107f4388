package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * How a loop says where it reads. The compiler checks a range once, before the loop, where an offset is a counter of type int, which nothing else changes, times a constant. Of
 * multiples of what only the program knows, and of what is carried from step to step in a larger loop, it does not see where they end: every access then has its check.
 */
public class LoopOffsetsBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int BYTES = FLOATS.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Bytes of a step of four vectors. */
    private static final int STEP = 4 * BYTES;
    private static final int STEPS = 64;
    private static final int COUNT = STEPS * STEP / Float.BYTES;

    private MemorySegment x;
    /** A step's bytes again, in a field, so that the compiler does not know them. */
    private long stride;

    @Override
    void prepare(Arena memory) {
        x = inNative(memory, numbers(COUNT));
        stride = STEP;
    }

    @Override
    double expected() {
        float[] ones = new float[COUNT];
        Arrays.fill(ones, 1);
        return dot(numbers(COUNT), ones);
    }

    /** Wrong in larger loops, though the compiler sees through it in this one: an offset that grows from step to step. */
    @Benchmark
    public float carriedOffset() {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        long at = 0;
        for (int i = 0; i < STEPS; i++) {
            s0 = s0.add(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(FLOATS, x, at + BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(FLOATS, x, at + 2 * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(FLOATS, x, at + 3 * BYTES, ORDER));
            at += stride;
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    /** Wrong: a multiple of what the loop is told. */
    @Benchmark
    public float unknownStride() {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < STEPS; i++) {
            long at = i * stride;
            s0 = s0.add(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(FLOATS, x, at + BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(FLOATS, x, at + 2 * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(FLOATS, x, at + 3 * BYTES, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    /** Depends on whether the compiler inlines it: a slice for each step. */
    @Benchmark
    public float slices() {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < STEPS; i++) {
            MemorySegment step = x.asSlice((long) i * STEP, STEP);
            s0 = s0.add(FloatVector.fromMemorySegment(FLOATS, step, 0, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(FLOATS, step, BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(FLOATS, step, 2 * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(FLOATS, step, 3 * BYTES, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    /** A counter of type long, which the compiler turns into one of type int where it can. */
    @Benchmark
    public float longCounter() {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (long at = 0; at < (long) STEPS * STEP; at += STEP) {
            s0 = s0.add(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(FLOATS, x, at + BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(FLOATS, x, at + 2 * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(FLOATS, x, at + 3 * BYTES, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    /** Right: a counter of type int times a constant. */
    @Benchmark
    public float intCounter() {
        FloatVector s0 = FloatVector.zero(FLOATS);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0; i < STEPS; i++) {
            long at = (long) i * STEP;
            s0 = s0.add(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER));
            s1 = s1.add(FloatVector.fromMemorySegment(FLOATS, x, at + BYTES, ORDER));
            s2 = s2.add(FloatVector.fromMemorySegment(FLOATS, x, at + 2 * BYTES, ORDER));
            s3 = s3.add(FloatVector.fromMemorySegment(FLOATS, x, at + 3 * BYTES, ORDER));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }
}
