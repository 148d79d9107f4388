package dev.tegula.bench.machine;

import dev.tegula.nat.PeakLoop;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link PeakLoop} with the Vector API. They read and write native memory, the same that the loops in C have; as the
 * compiler cannot tell two segments apart, loops over them are not made vectors by it, but have to be written with them.
 */
final class VectorLoops {
    /** Steps after which products of bytes begin again at the first factor. */
    static final int TABLE = 64;
    /** Vectors of sums of products of bytes. Only their additions wait for each other. */
    static final int SHORT_SUMS = 6;

    private static final VectorShape SHAPE = VectorShape
            .forBitSize(Math.min(512, VectorShape.preferredShape().vectorBitSize()));
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Bytes of a vector. */
    static final int BYTES = SHAPE.vectorBitSize() / Byte.SIZE;

    private VectorLoops() {}

    private static FloatVector floats(MemorySegment memory, long at) {
        return FloatVector.fromMemorySegment(FLOATS, memory, at, ORDER);
    }

    private static IntVector ints(MemorySegment memory, long at) {
        return IntVector.fromMemorySegment(INTS, memory, at, ORDER);
    }

    private static ShortVector shorts(MemorySegment memory, long at) {
        return ShortVector.fromMemorySegment(SHORTS, memory, at, ORDER);
    }

    /** {@link PeakLoop#FMA}. */
    static void fma(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        for (long pass = 0; pass < passes; pass++) {
            FloatVector a = floats(z, 0);
            FloatVector b = floats(z, BYTES);
            FloatVector s0 = floats(x, 0);
            FloatVector s1 = floats(x, BYTES);
            FloatVector s2 = floats(x, 2 * BYTES);
            FloatVector s3 = floats(x, 3 * BYTES);
            FloatVector s4 = floats(x, 4 * BYTES);
            FloatVector s5 = floats(x, 5 * BYTES);
            FloatVector s6 = floats(x, 6 * BYTES);
            FloatVector s7 = floats(x, 7 * BYTES);
            FloatVector s8 = floats(x, 8 * BYTES);
            FloatVector s9 = floats(x, 9 * BYTES);
            FloatVector s10 = floats(x, 10 * BYTES);
            FloatVector s11 = floats(x, 11 * BYTES);
            for (int i = 0; i < (int) count; i++) {
                s0 = a.fma(b, s0);
                s1 = a.fma(b, s1);
                s2 = a.fma(b, s2);
                s3 = a.fma(b, s3);
                s4 = a.fma(b, s4);
                s5 = a.fma(b, s5);
                s6 = a.fma(b, s6);
                s7 = a.fma(b, s7);
                s8 = a.fma(b, s8);
                s9 = a.fma(b, s9);
                s10 = a.fma(b, s10);
                s11 = a.fma(b, s11);
            }
            s0.intoMemorySegment(y, 0, ORDER);
            s1.intoMemorySegment(y, BYTES, ORDER);
            s2.intoMemorySegment(y, 2 * BYTES, ORDER);
            s3.intoMemorySegment(y, 3 * BYTES, ORDER);
            s4.intoMemorySegment(y, 4 * BYTES, ORDER);
            s5.intoMemorySegment(y, 5 * BYTES, ORDER);
            s6.intoMemorySegment(y, 6 * BYTES, ORDER);
            s7.intoMemorySegment(y, 7 * BYTES, ORDER);
            s8.intoMemorySegment(y, 8 * BYTES, ORDER);
            s9.intoMemorySegment(y, 9 * BYTES, ORDER);
            s10.intoMemorySegment(y, 10 * BYTES, ORDER);
            s11.intoMemorySegment(y, 11 * BYTES, ORDER);
        }
    }

    /**
     * Bytes that have been widened to int16, multiplied and added up in int16, since the Vector API has no dot product of bytes: in
     * each lane y = x + count · z₀ · z₁, modulo 2¹⁶. One factor is read in each step, or the compiler would multiply only once.
     *
     * @param z {@link #TABLE} vectors
     * @param count a multiple of that
     */
    static void products(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        for (long pass = 0; pass < passes; pass++) {
            ShortVector a0 = shorts(z, 0);
            ShortVector a1 = shorts(z, BYTES);
            ShortVector a2 = shorts(z, 2 * BYTES);
            ShortVector a3 = shorts(z, 3 * BYTES);
            ShortVector a4 = shorts(z, 4 * BYTES);
            ShortVector a5 = shorts(z, 5 * BYTES);
            ShortVector s0 = shorts(x, 0);
            ShortVector s1 = shorts(x, BYTES);
            ShortVector s2 = shorts(x, 2 * BYTES);
            ShortVector s3 = shorts(x, 3 * BYTES);
            ShortVector s4 = shorts(x, 4 * BYTES);
            ShortVector s5 = shorts(x, 5 * BYTES);
            for (int i = 0; i < (int) count / TABLE; i++) {
                for (int j = 0; j < TABLE; j++) {
                    ShortVector w = shorts(z, (long) j * BYTES);
                    s0 = w.mul(a0).add(s0);
                    s1 = w.mul(a1).add(s1);
                    s2 = w.mul(a2).add(s2);
                    s3 = w.mul(a3).add(s3);
                    s4 = w.mul(a4).add(s4);
                    s5 = w.mul(a5).add(s5);
                }
            }
            s0.intoMemorySegment(y, 0, ORDER);
            s1.intoMemorySegment(y, BYTES, ORDER);
            s2.intoMemorySegment(y, 2 * BYTES, ORDER);
            s3.intoMemorySegment(y, 3 * BYTES, ORDER);
            s4.intoMemorySegment(y, 4 * BYTES, ORDER);
            s5.intoMemorySegment(y, 5 * BYTES, ORDER);
        }
    }

    /** {@link PeakLoop#READ}. */
    static void read(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        IntVector s0 = IntVector.zero(INTS);
        IntVector s1 = s0;
        IntVector s2 = s0;
        IntVector s3 = s0;
        for (long pass = 0; pass < passes; pass++) {
            for (int i = 0; i < (int) count / (4 * BYTES); i++) {
                long at = (long) i * (4 * BYTES);
                s0 = s0.add(ints(x, at));
                s1 = s1.add(ints(x, at + BYTES));
                s2 = s2.add(ints(x, at + 2 * BYTES));
                s3 = s3.add(ints(x, at + 3 * BYTES));
            }
        }
        s0.intoMemorySegment(y, 0, ORDER);
        s1.intoMemorySegment(y, BYTES, ORDER);
        s2.intoMemorySegment(y, 2 * BYTES, ORDER);
        s3.intoMemorySegment(y, 3 * BYTES, ORDER);
    }

    /** {@link PeakLoop#COPY}. */
    static void copy(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        for (long pass = 0; pass < passes; pass++) {
            for (int i = 0; i < (int) count / (4 * BYTES); i++) {
                long at = (long) i * (4 * BYTES);
                IntVector v0 = ints(x, at);
                IntVector v1 = ints(x, at + BYTES);
                IntVector v2 = ints(x, at + 2 * BYTES);
                IntVector v3 = ints(x, at + 3 * BYTES);
                v0.intoMemorySegment(y, at, ORDER);
                v1.intoMemorySegment(y, at + BYTES, ORDER);
                v2.intoMemorySegment(y, at + 2 * BYTES, ORDER);
                v3.intoMemorySegment(y, at + 3 * BYTES, ORDER);
            }
        }
    }

    /** {@link PeakLoop#TRIAD}. */
    static void triad(MemorySegment y, MemorySegment x, MemorySegment z, long count, long passes) {
        FloatVector three = FloatVector.broadcast(FLOATS, 3);
        for (long pass = 0; pass < passes; pass++) {
            for (int i = 0; i < (int) count / (2 * BYTES); i++) {
                long at = (long) i * (2 * BYTES);
                FloatVector v0 = three.fma(floats(z, at), floats(x, at));
                FloatVector v1 = three.fma(floats(z, at + BYTES), floats(x, at + BYTES));
                v0.intoMemorySegment(y, at, ORDER);
                v1.intoMemorySegment(y, at + BYTES, ORDER);
            }
        }
    }
}
