package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * A length that is no whole number of vectors. A mask in every step makes the loop short to write, and each step then computes a mask and checks it; on a CPU
 * without masked loads, those with AVX2, it is slower still. So whole vectors go first, and what is left goes element by element.
 */
public class MasksBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** In the first-level cache; three elements are left at any width. */
    private static final int COUNT = 4099;

    private MemorySegment x;
    private MemorySegment y;

    @Override
    void prepare(Arena memory) {
        x = inNative(memory, numbers(COUNT));
        y = inNative(memory, numbers(COUNT));
    }

    @Override
    double expected() {
        return dot(numbers(COUNT), numbers(COUNT));
    }

    /** Wrong: a mask in each step. */
    @Benchmark
    public float maskInEachStep() {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> mask = FLOATS.indexInRange(i, COUNT);
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER, mask);
            sum = a.fma(FloatVector.fromMemorySegment(FLOATS, y, at, ORDER, mask), sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Right: whole vectors, then a scalar tail. */
    @Benchmark
    public float scalarTail() {
        FloatVector sum = FloatVector.zero(FLOATS);
        int whole = FLOATS.loopBound(COUNT);
        for (int i = 0; i < whole; i += FLOATS.length()) {
            long at = (long) i * Float.BYTES;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
            sum = a.fma(FloatVector.fromMemorySegment(FLOATS, y, at, ORDER), sum);
        }
        float result = sum.reduceLanes(VectorOperators.ADD);
        for (int i = whole; i < COUNT; i++) {
            result = Math.fma(x.getAtIndex(ValueLayout.JAVA_FLOAT, i), y.getAtIndex(ValueLayout.JAVA_FLOAT, i),
                    result);
        }
        return result;
    }
}
