package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activation blocks {@link dev.tegula.tensor.DType#Q8_A32}, {@link dev.tegula.tensor.DType#Q8_A128} and
 * {@link dev.tegula.tensor.DType#Q8_A256}, the bits of the scalar engine's: scale = m / 127 and q = round(x · (127 / m)) with m the largest magnitude; a block with m &lt; 2^-100 is
 * zeros with scale 0, one with an infinity or NaN is zeros with scale NaN.
 *
 * <pre>
 * | scale F32 | sums I32 × 1, 4 or 16 | values int8 × 32, 128 or 256 |
 * </pre>
 */
final class Q8 {
    private static final float SMALLEST = 0x1p-100f;
    private static final int INFINITY_BITS = 0x7F800000;
    /** As many bytes as a vector has lanes, or null where there is no such vector (4 bytes). */
    private static final VectorSpecies<Byte> NARROW = Lanes.COUNT == 16
            ? ByteVector.SPECIES_128
            : Lanes.COUNT == 8 ? ByteVector.SPECIES_64 : null;

    private Q8() {}

    /**
     * Quantizes one block.
     *
     * @param x F32 values from byte {@code from} on
     * @param y the block's memory from byte {@code to} on
     * @param length 32 or 128 (a sum per 32 values) or 256 (a sum per 16)
     */
    static void quantize(MemorySegment x, long from, MemorySegment y, long to, int length) {
        // Constant lengths, once inlined, leave no loop in a short block.
        if (length == 32) {
            block(x, from, y, to, 32, 32);
        } else if (length == 128) {
            block(x, from, y, to, 128, 32);
        } else {
            block(x, from, y, to, 256, 16);
        }
    }

    private static void block(MemorySegment x, long from, MemorySegment y, long to, int length, int sumLength) {
        int bits = largest(x, from, length);
        float max = Float.intBitsToFloat(bits);
        long values = to + 4 + 4L * (length / sumLength);
        if (bits >= INFINITY_BITS || max < SMALLEST) {
            y.set(Lanes.FLOAT, to, bits >= INFINITY_BITS ? Float.NaN : 0f);
            for (long at = to + 4; at < values + length; at += 4) {
                y.set(Lanes.INT, at, 0);
            }
            return;
        }
        y.set(Lanes.FLOAT, to, max / 127f);
        if (NARROW == null) {
            scalar(x, from, 127f / max, y, to + 4, values, length, sumLength);
        } else {
            values(x, from, 127f / max, y, to + 4, values, length, sumLength);
        }
    }

    /** Bits of the largest magnitude; magnitudes order as their bits do, with infinity and then NaN on top. */
    private static int largest(MemorySegment x, long from, int length) {
        IntVector max = IntVector.zero(Lanes.I32);
        for (int i = 0; i < length; i += Lanes.COUNT) {
            max = max.max(IntVector.fromMemorySegment(Lanes.I32, x, from + 4L * i, Lanes.LE).and(Integer.MAX_VALUE));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    private static void values(MemorySegment x, long from, float inverse, MemorySegment y, long sums, long values,
            int length, int sumLength) {
        for (int i = 0; i < length; i += sumLength) {
            IntVector sum = IntVector.zero(Lanes.I32);
            for (int j = i; j < i + sumLength; j += Lanes.COUNT) {
                IntVector q = FloatVector.fromMemorySegment(Lanes.F32, x, from + 4L * j, Lanes.LE)
                        .mul(inverse)
                        .add(FloatMath.ROUND)
                        .reinterpretAsInts()
                        .sub(FloatMath.ROUND_BITS);
                sum = sum.add(q);
                ((ByteVector) q.convertShape(VectorOperators.I2B, NARROW, 0)).intoMemorySegment(y, values + j,
                        Lanes.LE);
            }
            y.set(Lanes.INT, sums + 4L * (i / sumLength), sum.reduceLanes(VectorOperators.ADD));
        }
    }

    private static void scalar(MemorySegment x, long from, float inverse, MemorySegment y, long sums, long values,
            int length, int sumLength) {
        for (int i = 0; i < length; i += sumLength) {
            int sum = 0;
            for (int j = i; j < i + sumLength; j++) {
                float v = x.get(Lanes.FLOAT, from + 4L * j) * inverse;
                int q = Float.floatToRawIntBits(v + FloatMath.ROUND) - FloatMath.ROUND_BITS;
                y.set(ValueLayout.JAVA_BYTE, values + j, (byte) q);
                sum += q;
            }
            y.set(Lanes.INT, sums + 4L * (i / sumLength), sum);
        }
    }
}
