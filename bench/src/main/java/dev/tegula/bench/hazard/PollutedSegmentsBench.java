package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * One loop that has seen memory of several kinds: native, arrays of floats, arrays of bytes. Each kind is a class of its own, and where the compiler has
 * seen more than two it can no longer inline what asks a segment where it begins; vectors become objects at every access. So a loop sees one
 * kind, and data of another are copied first.
 */
public class PollutedSegmentsBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Whole vectors, in the first-level cache. */
    private static final int COUNT = 2048;

    private List<MemorySegment> inNative;
    private List<MemorySegment> ofAllKinds;
    private MemorySegment copy;

    @Override
    void prepare(Arena memory) {
        float[] values = numbers(COUNT);
        MemorySegment alone = inNative(memory, values);
        byte[] bytes = alone.toArray(ValueLayout.JAVA_BYTE);
        inNative = List.of(alone, inNative(memory, values), inNative(memory, values));
        ofAllKinds = List.of(alone, MemorySegment.ofArray(values), MemorySegment.ofArray(bytes));
        copy = memory.allocate(alone.byteSize(), ALIGNMENT);
    }

    @Override
    double expected() {
        float[] ones = new float[COUNT];
        Arrays.fill(ones, 1);
        return 3 * dot(numbers(COUNT), ones);
    }

    /** Wrong: native memory and two kinds of arrays at one access. */
    @Benchmark
    public float threeKinds() {
        float sum = 0;
        for (MemorySegment segment : ofAllKinds) {
            sum += sum(segment);
        }
        return sum;
    }

    /** Right: native memory only. */
    @Benchmark
    public float oneKind() {
        float sum = 0;
        for (MemorySegment segment : inNative) {
            sum += sum(segment);
        }
        return sum;
    }

    /** Right for data that come as they are: what is not native is copied before the loop sees it. */
    @Benchmark
    public float copied() {
        float sum = 0;
        for (MemorySegment segment : ofAllKinds) {
            sum += sum(segment.isNative() ? segment : copy.copyFrom(segment));
        }
        return sum;
    }

    private static float sum(MemorySegment x) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            sum = sum.add(FloatVector.fromMemorySegment(FLOATS, x, (long) i * Float.BYTES, ORDER));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }
}
