package dev.tegula.bench.hazard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * The same loop, y = x + 3 z, over segments of arrays, over native segments and over arrays. The elements of an array begin anywhere at a multiple of 8 bytes, so that vectors lie across
 * cache lines, and each that does takes two accesses; native memory begins where it was asked to. Besides, nobody can map a file into an array, hand it to C without a copy, or have one
 * of more than 2³¹ elements.
 */
public class SegmentKindBench extends Hazard {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Whole vectors; three of so many floats are in the first-level cache. */
    private static final int COUNT = 2048;

    private float[] xArray;
    private float[] yArray;
    private float[] zArray;
    private MemorySegment xHeap;
    private MemorySegment yHeap;
    private MemorySegment zHeap;
    private MemorySegment xNative;
    private MemorySegment yNative;
    private MemorySegment zNative;

    @Override
    void prepare(Arena memory) {
        xArray = numbers(COUNT);
        yArray = new float[COUNT];
        zArray = numbers(COUNT);
        xHeap = MemorySegment.ofArray(xArray);
        yHeap = MemorySegment.ofArray(yArray);
        zHeap = MemorySegment.ofArray(zArray);
        xNative = inNative(memory, xArray);
        yNative = inNative(memory, yArray);
        zNative = inNative(memory, zArray);
    }

    @Override
    double expected() {
        float[] values = numbers(COUNT);
        return 4 * values[0] + 4 * values[COUNT - 1];
    }

    /** Segments of arrays. */
    @Benchmark
    public float heapSegments() {
        triad(yHeap, xHeap, zHeap);
        return yHeap.get(ValueLayout.JAVA_FLOAT, 0)
                + yHeap.getAtIndex(ValueLayout.JAVA_FLOAT, COUNT - 1);
    }

    /** Native segments: what kernels see. */
    @Benchmark
    public float nativeSegments() {
        triad(yNative, xNative, zNative);
        return yNative.get(ValueLayout.JAVA_FLOAT, 0)
                + yNative.getAtIndex(ValueLayout.JAVA_FLOAT, COUNT - 1);
    }

    private static void triad(MemorySegment y, MemorySegment x, MemorySegment z) {
        FloatVector three = FloatVector.broadcast(FLOATS, 3);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            long at = (long) i * Float.BYTES;
            three.fma(FloatVector.fromMemorySegment(FLOATS, z, at, ORDER),
                    FloatVector.fromMemorySegment(FLOATS, x, at, ORDER)).intoMemorySegment(y, at, ORDER);
        }
    }

    /** Arrays: for a kernel's own scratch. */
    @Benchmark
    public float arrays() {
        triad(yArray, xArray, zArray);
        return yArray[0] + yArray[COUNT - 1];
    }

    private static void triad(float[] y, float[] x, float[] z) {
        FloatVector three = FloatVector.broadcast(FLOATS, 3);
        for (int i = 0; i < COUNT; i += FLOATS.length()) {
            three.fma(FloatVector.fromArray(FLOATS, z, i), FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
        }
    }
}
