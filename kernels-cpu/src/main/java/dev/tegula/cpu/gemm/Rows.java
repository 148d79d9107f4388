package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activation rows as the kernels read them, 256 elements to a record.
 *
 * <pre>
 * float record    0                 1024               1056           1088                1152
 *                | 256 F32         | 8 scales (F32)   | 8 sums of 32 | 16 block sums (F32) |
 *
 * pairs record    0                                    512        516    528             592            624
 *                | 8 x (8 pairs E, 8 pairs O)         | scale    | ...  | 16 sums (I32) | 8 sums of 32 |
 * </pre>
 *
 * <p>Of quantized rows a record holds the integers, in the order in which words of packed codes are taken apart: in a float
 * record element {@code 4u + b} of a block of 32 is at {@code 8b + u}; a pair of int16 is {@code E[u] = (4u, 4u + 2)} or
 * {@code O[u] = (4u + 1, 4u + 3)}. In a block of 32 the order of an exact sum of integers is free. Floats are in order.
 */
final class Rows {
    static final int LENGTH = 256;
    static final int FLOAT_BYTES = 1152;
    static final int SCALES = 1024;
    static final int SUMS32 = 1056;
    static final int SUMS = 1088;

    static final int PAIR_BYTES = 624;
    static final int PAIR_SCALE = 512;
    static final int PAIR_SUMS16 = 528;
    static final int PAIR_SUMS32 = 592;

    /** Bytes of a pairs record of one Q8_A32 block: E, O, scale, sum. */
    static final int PAIR32_BYTES = 72;
    static final int PAIR32_SCALE = 64;
    static final int PAIR32_SUM = 68;

    private static final int A32_BYTES = 40;
    private static final int A32_QS = 8;
    private static final int A256_BYTES = 324;
    private static final int A256_QS = 68;

    /** The 8 words of a block at most. */
    private static final VectorSpecies<Integer> I = Lanes.COUNT > 8 ? IntVector.SPECIES_256 : Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.COUNT > 8 ? FloatVector.SPECIES_256 : Lanes.F32;

    private Rows() {}

    /**
     * A float record of Q8_A32 blocks; blocks that are missing get zeros and the scale 0.
     *
     * @param blocks blocks there are, 0 … 8
     */
    static void floats32(MemorySegment x, long from, int blocks, MemorySegment dst, long to) {
        if (blocks < 8) {
            Panel.clear(dst, to, FLOAT_BYTES);
        }
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) A32_BYTES * b;
            floats(x, block + A32_QS, dst, to + 128L * b);
            dst.set(Lanes.FLOAT, to + SCALES + 4L * b, x.get(Lanes.FLOAT, block));
            dst.set(Lanes.FLOAT, to + SUMS + 4L * b, x.get(Lanes.INT, block + 4));
        }
    }

    /** A float record of a Q8_A256 block. */
    static void floats256(MemorySegment x, long from, MemorySegment dst, long to) {
        for (int b = 0; b < 8; b++) {
            floats(x, from + A256_QS + 32L * b, dst, to + 128L * b);
        }
        dst.set(Lanes.FLOAT, to + SCALES, x.get(Lanes.FLOAT, from));
        for (int j = 0; j < 8; j++) {
            int even = x.get(Lanes.INT, from + 4 + 8L * j);
            int odd = x.get(Lanes.INT, from + 8 + 8L * j);
            dst.set(Lanes.FLOAT, to + SUMS + 8L * j, even);
            dst.set(Lanes.FLOAT, to + SUMS + 4 + 8L * j, odd);
            dst.set(Lanes.FLOAT, to + SUMS32 + 4L * j, even + odd);
        }
    }

    private static void floats(MemorySegment x, long from, MemorySegment dst, long to) {
        MemorySegment q = x.asSlice(from, 32);
        MemorySegment f = dst.asSlice(to, 128);
        for (int u = 0; u < 8; u += I.length()) {
            IntVector words = IntVector.fromMemorySegment(I, q, 4L * u, Lanes.LE);
            ((FloatVector) words.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(f, 4L * u,
                    Lanes.LE);
            ((FloatVector) words.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(f,
                    4L * u + 32, Lanes.LE);
            ((FloatVector) words.lanewise(LSHL, 8).lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(f,
                    4L * u + 64, Lanes.LE);
            ((FloatVector) words.lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(f, 4L * u + 96, Lanes.LE);
        }
    }

    /**
     * A float record of F32 values, in order. What is missing is -0: its product with a zero of the padded weights is -0,
     * the one number that changes no sum.
     *
     * @param count values there are, 0 … 256
     */
    static void plain(MemorySegment x, long from, int count, MemorySegment dst, long to) {
        MemorySegment.copy(x, from, dst, to, 4L * count);
        for (int i = count; i < LENGTH; i++) {
            dst.set(Lanes.FLOAT, to + 4L * i, -0f);
        }
    }

    /** Pairs records of Q8_A32 blocks, {@link #PAIR32_BYTES} each. */
    static void pairs32(MemorySegment x, long from, int blocks, MemorySegment dst, long to) {
        for (int b = 0; b < blocks; b++) {
            long block = from + (long) A32_BYTES * b;
            long record = to + (long) PAIR32_BYTES * b;
            pairs(x, block + A32_QS, dst, record);
            dst.set(Lanes.INT, record + PAIR32_SCALE, x.get(Lanes.INT, block));
            dst.set(Lanes.INT, record + PAIR32_SUM, x.get(Lanes.INT, block + 4));
        }
    }

    /** The pairs record of a Q8_A256 block. */
    static void pairs256(MemorySegment x, long from, MemorySegment dst, long to) {
        for (int b = 0; b < 8; b++) {
            pairs(x, from + A256_QS + 32L * b, dst, to + 64L * b);
        }
        dst.set(Lanes.INT, to + PAIR_SCALE, x.get(Lanes.INT, from));
        for (int j = 0; j < 8; j++) {
            int even = x.get(Lanes.INT, from + 4 + 8L * j);
            int odd = x.get(Lanes.INT, from + 8 + 8L * j);
            dst.set(Lanes.INT, to + PAIR_SUMS16 + 8L * j, even);
            dst.set(Lanes.INT, to + PAIR_SUMS16 + 4 + 8L * j, odd);
            dst.set(Lanes.INT, to + PAIR_SUMS32 + 4L * j, even + odd);
        }
    }

    private static void pairs(MemorySegment x, long from, MemorySegment dst, long to) {
        MemorySegment q = x.asSlice(from, 32);
        MemorySegment p = dst.asSlice(to, 64);
        for (int u = 0; u < 8; u += I.length()) {
            IntVector words = IntVector.fromMemorySegment(I, q, 4L * u, Lanes.LE);
            // Bytes 0 and 2 (then 1 and 3) with their signs in the lower and upper half of a lane.
            IntVector even = words.lanewise(LSHL, 24)
                    .lanewise(ASHR, 24)
                    .and(0xFFFF)
                    .or(words.lanewise(LSHL, 8).lanewise(ASHR, 8).and(0xFFFF0000));
            IntVector odd = words.lanewise(LSHL, 16)
                    .lanewise(ASHR, 24)
                    .and(0xFFFF)
                    .or(words.lanewise(ASHR, 8).and(0xFFFF0000));
            even.intoMemorySegment(p, 4L * u, Lanes.LE);
            odd.intoMemorySegment(p, 4L * u + 32, Lanes.LE);
        }
    }
}
