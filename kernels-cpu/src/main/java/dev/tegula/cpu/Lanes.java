package dev.tegula.cpu;

import java.nio.ByteOrder;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of all vectors, decided once: the widest that the CPU has, or what the system property
 * {@value #PROPERTY} says. Being constants, they cost nothing in compiled code. Results do not depend on the width.
 */
public final class Lanes {
    /** System property with the width in bits: 128, 256 or 512. */
    public static final String PROPERTY = "tegula.vector.bits";

    /** The shape of all vectors. */
    public static final VectorShape SHAPE = Width.shape();
    /** Vectors of F32. */
    public static final VectorSpecies<Float> F32 = VectorSpecies.of(float.class, SHAPE);
    /** Vectors of I32. */
    public static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, SHAPE);
    /** Vectors of I16. */
    public static final VectorSpecies<Short> I16 = VectorSpecies.of(short.class, SHAPE);
    /** Vectors of I8. */
    public static final VectorSpecies<Byte> I8 = VectorSpecies.of(byte.class, SHAPE);
    /** 32-bit lanes of a vector: 4, 8 or 16. */
    public static final int COUNT = F32.length();
    /** Bytes of a vector. */
    public static final int BYTES = F32.vectorByteSize();

    /** Byte order of everything in memory. */
    public static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    /** One F32 at any address. */
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);
    /** One I8. */
    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    /** One I32 at any address. */
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

    private Lanes() {}
}
