package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;

/**
 * A helper that takes and returns vectors and is not inlined. A call hands over objects: the vector is written to one on the heap and read from it again, at
 * each step. Whether a helper is inlined depends on how large it and its callers are, so that a change elsewhere can bring this about. So vectors do not leave the
 * method that makes them. Here the compiler is told not to inline.
 */
public class VectorHelperBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Whole vectors, in the first-level cache. */
    private static final int COUNT = 4096;

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

    /** Wrong: a call in each step. */
    @Benchmark
    public float helperCalled() {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            long at = (long) i * Float.BYTES;
            sum = multiplyAdd(FloatVector.fromMemorySegment(FLOATS, x, at, ORDER),
                    FloatVector.fromMemorySegment(FLOATS, y, at, ORDER), sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Not private: JMH's directives name it. */
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
        return a.fma(b, sum);
    }

    /** Right: the step is written where its vectors are. */
    @Benchmark
    public float writtenOut() {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            long at = (long) i * Float.BYTES;
            FloatVector a = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
            sum = a.fma(FloatVector.fromMemorySegment(FLOATS, y, at, ORDER), sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
