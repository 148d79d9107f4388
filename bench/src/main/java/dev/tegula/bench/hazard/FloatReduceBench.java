package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Sums of lanes in a loop, as where a block of weights has a scale: Σ s · (x · y). The lanes of a vector are summed by a chain of shuffles and additions, each of
 * which waits for the one before. (A plain sum of vectors the compiler moves behind the loop by itself; here it cannot, because of the scales.) So the
 * lanes are scaled and kept apart, and summed once; or, better, there is an output in each lane, and nothing to sum.
 */
public class FloatReduceBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Blocks of a vector each, in the first-level cache. */
    private static final int COUNT = 4096;

    private MemorySegment x;
    private MemorySegment y;
    private MemorySegment scales;

    @Override
    void prepare(Arena memory) {
        x = inNative(memory, numbers(COUNT));
        y = inNative(memory, numbers(COUNT));
        scales = inNative(memory, numbers(COUNT / FLOATS.length()));
    }

    @Override
    double expected() {
        float[] values = numbers(COUNT);
        double sum = 0;
        for (int i = 0; i < COUNT; i++) {
            sum += (double) values[i / FLOATS.length()] * values[i] * values[i];
        }
        return sum;
    }

    /** Wrong: lanes are summed in each step. */
    @Benchmark
    public float reduceInEachStep() {
        float sum = 0;
        for (int i = 0; i < COUNT / FLOATS.length(); i++) {
            long at = (long) i * FLOATS.vectorByteSize();
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
            float dot = a.mul(FloatVector.fromMemorySegment(FLOATS, y, at, ORDER)).reduceLanes(VectorOperators.ADD);
            sum = Math.fma(scales.get(ValueLayout.JAVA_FLOAT, (long) i * Float.BYTES), dot, sum);
        }
        return sum;
    }

    /** Right: once, behind the loop. */
    @Benchmark
    public float reduceOnce() {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < COUNT / FLOATS.length(); i++) {
            long at = (long) i * FLOATS.vectorByteSize();
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
            FloatVector scale = FloatVector.broadcast(FLOATS,
                    scales.get(ValueLayout.JAVA_FLOAT, (long) i * Float.BYTES));
            sum = a.mul(FloatVector.fromMemorySegment(FLOATS, y, at, ORDER)).fma(scale, sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
