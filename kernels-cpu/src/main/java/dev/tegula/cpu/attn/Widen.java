package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * F16 and BF16 to F32 over memory, exact for all values. An F16's exponent is moved and rebiased by integer operations, since
 * the Vector API has no conversion from F16; vectors that hold a zero, a subnormal, an infinity or NaN go one element at a
 * time.
 */
final class Widen {
    private static final ValueLayout.OfShort F16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(Lanes.LE);
    /** As many shorts as a vector has lanes. */
    private static final VectorSpecies<Short> HALF = VectorSpecies.of(short.class,
            VectorShape.forBitSize(Lanes.BYTES * 4));
    private static final int SIGN = 0x80000000;
    private static final int MAGNITUDE = 0x7FFF;
    /** F32 has 13 more bits of mantissa. */
    private static final int SHIFT = 13;
    /** Difference of the exponents' biases, 127 − 15. */
    private static final int REBIAS = 112 << 23;
    /** One in the exponent's lowest bit; added, it turns the exponents 0 and 31 into 1 and 0. */
    private static final int EXPONENT_ONE = 0x400;
    /** The exponent's bits but for the lowest. */
    private static final int EXPONENT_HIGH = 0x7800;

    private Widen() {}

    /** Converts {@code n} elements, a multiple of 32. */
    static void bf16(MemorySegment src, long from, MemorySegment dst, long to, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            ((IntVector) ShortVector.fromMemorySegment(HALF, src, from + 2L * i, Lanes.LE)
                    .convertShape(VectorOperators.S2I, Lanes.I32, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .intoMemorySegment(dst, to + 4L * i, Lanes.LE);
        }
    }

    /** Converts {@code n} elements, a multiple of 32. */
    static void f16(MemorySegment src, long from, MemorySegment dst, long to, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            IntVector h = (IntVector) ShortVector.fromMemorySegment(HALF, src, from + 2L * i, Lanes.LE)
                    .convertShape(VectorOperators.S2I, Lanes.I32, 0);
            if (h.add(EXPONENT_ONE).and(EXPONENT_HIGH).compare(VectorOperators.EQ, 0).anyTrue()) {
                for (int j = i; j < i + Lanes.COUNT; j++) {
                    dst.set(Lanes.FLOAT, to + 4L * j, Float.float16ToFloat(src.get(F16, from + 2L * j)));
                }
            } else {
                h.and(MAGNITUDE)
                        .lanewise(VectorOperators.LSHL, SHIFT)
                        .add(REBIAS)
                        .or(h.and(SIGN))
                        .intoMemorySegment(dst, to + 4L * i, Lanes.LE);
            }
        }
    }
}
