package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.tile.PackBlocks32;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/**
 * F16 to F32 in vectors: exact for all values, with no step on subnormal floats, which would cost 150 cycles each. From
 * memory to memory, since a vector handed to another method may become an object.
 */
final class Halves {
    /** Exponent of an F16 in the upper half of a lane: all ones in infinities and NaN. */
    private static final int EXPONENT = 0x7C000000;
    /** After an arithmetic shift by 3: sign, exponent and mantissa where F32 has them. */
    private static final int FIELDS = 0x8FFFE000;
    /** Takes the exponent's bias from 15 to 127. */
    private static final float REBIAS = 0x1p112f;
    /** The exponent of infinities and NaN in F32. */
    private static final int SPECIAL = 0x7F800000;

    static final int SIGN = 0x80000000;
    /** After a logical shift by 3: exponent and mantissa where F32 has them. */
    static final int MAGNITUDE = 0x0FFFE000;
    /** A magnitude from which on the number is infinite or NaN. */
    static final int LARGEST = 31 << 23;
    /** Difference of the exponents' biases, 127 - 15. */
    static final int BIAS_STEP = 112 << 23;

    private Halves() {}

    /**
     * Converts the scales of blocks that are packed in pairs ({@link PackBlocks32}), with a product instead of a case for
     * subnormals: right for them too, and few scales are that small.
     *
     * @param at offset of the first pair's lanes
     * @param step bytes from a pair's to the next one's
     * @param dst takes a vector for each block, {@link Tile#STEP} apart, from {@code to} on, and for an odd number of blocks
     *     one more
     */
    static void scales(MemorySegment src, long at, long step, int blocks, float[] dst, int to) {
        for (int p = 0; p < (blocks + 1) / 2; p++) {
            IntVector pair = IntVector.fromMemorySegment(Lanes.I32, src, at + p * step, Lanes.LE);
            IntVector bits = pair.lanewise(LSHL, 16);
            IntVector fields = bits.lanewise(ASHR, 3).and(FIELDS);
            fields.reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .blend(fields.or(SPECIAL), bits.and(EXPONENT).compare(EQ, EXPONENT))
                    .reinterpretAsFloats()
                    .intoArray(dst, to + 2 * p * Tile.STEP);
            fields = pair.lanewise(ASHR, 3).and(FIELDS);
            fields.reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .blend(fields.or(SPECIAL), pair.and(EXPONENT).compare(EQ, EXPONENT))
                    .reinterpretAsFloats()
                    .intoArray(dst, to + 2 * p * Tile.STEP + Tile.STEP);
        }
    }

    /**
     * Converts one F16 of each lane.
     *
     * @param shift 16 for the lower half of the lanes, 0 for the upper
     */
    static void convert(MemorySegment src, long from, int shift, MemorySegment dst, long to) {
        IntVector bits = IntVector.fromMemorySegment(Lanes.I32, src, from, Lanes.LE).lanewise(LSHL, shift);
        IntVector magnitude = bits.lanewise(LSHR, 3).and(MAGNITUDE);
        IntVector exponent = bits.and(EXPONENT);
        // A subnormal is m / 1024 * 2^-14: read as (1 + m / 1024) * 2^-14, then less 2^-14.
        IntVector tiny = magnitude.add(BIAS_STEP + (1 << 23)).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
        magnitude.add(BIAS_STEP)
                .blend(tiny, exponent.compare(EQ, 0))
                .blend(magnitude.add(2 * BIAS_STEP), exponent.compare(EQ, EXPONENT))
                .or(bits.and(SIGN))
                .intoMemorySegment(dst, to, Lanes.LE);
    }
}
