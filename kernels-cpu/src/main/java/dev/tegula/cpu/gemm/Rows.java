package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activation rows as the kernels read them, 256 elements to a record.
 *
 * <pre>
 * float record    0                 256                264               280  floats
 *                | 256 F32         | 8 scales         | 16 block sums |
 *
 * pairs record    0                                    128     129            137  ints
 *                | 8 x (8 pairs E, 8 pairs O)         | scale | 8 sums of 32 |
 *                | the same                           | 8 scales             |  of blocks of 32 with scales of their own
 *
 * tables record   0                256               512              768               1024    ints
 *                | low, lower (64) | high, lower (64) | low, upper (64) | high, upper (64) | scale |
 * </pre>
 *
 * <p>Of quantized rows a record holds the integers, in the order in which words of packed codes are taken apart: in a float
 * record element {@code 4u + b} of a block of 32 is at {@code 8b + u}; a pair of int16 is {@code E[u] = (4u, 4u + 2)} or
 * {@code O[u] = (4u + 1, 4u + 3)}. In a block of 32 the order of an exact sum of integers is free. Floats are in order. A
 * scale among ints is the bits of an F32. A table has, for a nibble of two ternary codes, the low or the high byte of the sum of
 * their products; there is one for each nibble of the 64 bytes of a block of TQ2_0.
 */
final class Rows {
    static final int LENGTH = 256;
    static final int FLOATS = 280;
    static final int SCALES = 256;
    static final int SUMS = 264;

    static final int PAIRS = 137;
    static final int PAIRS_SCALE = 128;
    static final int PAIRS_SUMS32 = 129;

    static final int TABLES = 1025;
    static final int TABLES_SCALE = 1024;

    /** Ints of a pairs record of one Q8_A32 block, or of 32 elements of a Q8_A128 block: E, O, scale, sum. */
    static final int PAIRS32 = 18;
    static final int PAIRS32_SCALE = 16;
    static final int PAIRS32_SUM = 17;

    private static final int A32_BYTES = 40;
    private static final int A32_QS = 8;
    private static final int A128_BYTES = 148;
    private static final int A128_QS = 20;
    private static final int A256_BYTES = 324;
    private static final int A256_QS = 68;

    private static final VectorSpecies<Integer> I = Lanes.I32;
    /**
     * The 8 words of a block at most. A mask instead of a narrower vector: where the compiler has seen two widths of a vector
     * class, it keeps vectors as objects, in all kernels.
     */
    private static final VectorMask<Integer> WORDS = I.indexInRange(0, 8);

    private Rows() {}

    /** Where the float record of a row of a block is. */
    static int floatsAt(int row) {
        return Memory.ROWS + row * FLOATS;
    }

    /** Where the pairs record of a row of a block is, in ints. */
    static int pairsAt(int row) {
        return Memory.INT_ROWS + row * PAIRS;
    }

    /**
     * A float record of Q8_A32 blocks; blocks that are missing get zeros and the scale 0.
     *
     * @param x the row, from byte {@code from} on
     * @param k0 the first element, a multiple of 256
     * @param blocks blocks there are, 0 … 8
     */
    static void floats32(MemorySegment x, long from, int k0, int blocks, float[] dst, int to) {
        if (blocks < 8) {
            Arrays.fill(dst, to, to + FLOATS, 0f);
        }
        for (int b = 0; b < blocks; b++) {
            long block = from + (k0 / 32 + b) * (long) A32_BYTES;
            floats(x, block + A32_QS, dst, to + 32 * b);
        }
        for (int b = 0; b < blocks; b++) {
            long block = from + (k0 / 32 + b) * (long) A32_BYTES;
            dst[to + SCALES + b] = x.get(Lanes.FLOAT, block);
            dst[to + SUMS + b] = x.get(Lanes.INT, block + 4);
        }
    }

    /**
     * A float record of Q8_A128 blocks; one that is missing gets zeros and the scale 0.
     *
     * @param k0 the first element, a multiple of 256
     * @param blocks blocks there are, 1 or 2
     */
    static void floats128(MemorySegment x, long from, int k0, int blocks, float[] dst, int to) {
        if (blocks < 2) {
            Arrays.fill(dst, to, to + FLOATS, 0f);
        }
        for (int b = 0; b < 4 * blocks; b++) {
            long block = from + (k0 / 128 + b / 4) * (long) A128_BYTES;
            floats(x, block + A128_QS + 32L * (b & 3), dst, to + 32 * b);
        }
        for (int b = 0; b < blocks; b++) {
            dst[to + SCALES + b] = x.get(Lanes.FLOAT, from + (k0 / 128 + b) * (long) A128_BYTES);
        }
    }

    /**
     * A float record of a Q8_A256 block.
     *
     * @param k0 the block's first element
     */
    static void floats256(MemorySegment x, long from, int k0, float[] dst, int to) {
        long block = from + k0 / LENGTH * (long) A256_BYTES;
        for (int b = 0; b < 8; b++) {
            floats(x, block + A256_QS + 32L * b, dst, to + 32 * b);
        }
        dst[to + SCALES] = x.get(Lanes.FLOAT, block);
        for (int j = 0; j < 16; j++) {
            dst[to + SUMS + j] = x.get(Lanes.INT, block + 4 + 4L * j);
        }
    }

    /** 32 floats; up to 8 zeros follow them. */
    private static void floats(MemorySegment x, long from, float[] dst, int to) {
        for (int u = 0; u < 8; u += I.length()) {
            IntVector words = Lanes.COUNT > 8
                    ? IntVector.fromMemorySegment(I, x, from, Lanes.LE, WORDS)
                    : IntVector.fromMemorySegment(I, x, from + 4L * u, Lanes.LE);
            // Lanes past the eighth, zeros, are written over by what follows.
            for (int b = 0; b < 4; b++) {
                ((FloatVector) words.lanewise(LSHL, 24 - 8 * b).lanewise(ASHR, 24).convert(I2F, 0)).intoArray(dst,
                        to + 8 * b + u);
            }
        }
    }

    /**
     * A float record of F32 values, in order. What is missing is -0: its product with a zero of the padded weights is -0,
     * the one number that changes no sum.
     *
     * @param count values there are, 0 … 256
     */
    static void plain(MemorySegment x, long from, int count, float[] dst, int to) {
        MemorySegment.copy(x, Lanes.FLOAT, from, dst, to, count);
        Arrays.fill(dst, to + count, to + LENGTH, -0f);
    }

    /** Pairs records of the Q8_A32 blocks of a row of k elements, {@link #PAIRS32} each. */
    static void pairs32(MemorySegment x, long from, int k, int[] dst, int to) {
        for (int b = 0; b < k / 32; b++) {
            long block = from + b * (long) A32_BYTES;
            int record = to + b * PAIRS32;
            pairs(x, block + A32_QS, dst, record);
            dst[record + PAIRS32_SCALE] = x.get(Lanes.INT, block);
            dst[record + PAIRS32_SUM] = x.get(Lanes.INT, block + 4);
        }
    }

    /**
     * One pairs record of Q8_A32 blocks; blocks that are missing get zeros and the scale 0.
     *
     * @param k0 the first element, a multiple of 256
     * @param blocks blocks there are, 0 … 8
     */
    static void pairs32(MemorySegment x, long from, int k0, int blocks, int[] dst, int to) {
        if (blocks < 8) {
            Arrays.fill(dst, to, to + PAIRS, 0);
        }
        for (int b = 0; b < blocks; b++) {
            long block = from + (k0 / 32 + b) * (long) A32_BYTES;
            pairs(x, block + A32_QS, dst, to + 16 * b);
        }
        for (int b = 0; b < blocks; b++) {
            dst[to + PAIRS_SCALE + b] = x.get(Lanes.INT, from + (k0 / 32 + b) * (long) A32_BYTES);
        }
    }

    /** Pairs records of the Q8_A128 blocks of a row of k elements, four times {@link #PAIRS32} each. */
    static void pairs128(MemorySegment x, long from, int k, int[] dst, int to) {
        for (int b = 0; b < k / 32; b++) {
            long block = from + b / 4 * (long) A128_BYTES;
            int record = to + b * PAIRS32;
            pairs(x, block + A128_QS + 32L * (b & 3), dst, record);
            dst[record + PAIRS32_SCALE] = x.get(Lanes.INT, block);
            dst[record + PAIRS32_SUM] = x.get(Lanes.INT, block + 4 + 4L * (b & 3));
        }
    }

    /** The pairs record of Q8_A256 block {@code number} of a row. */
    static void pairs256(MemorySegment x, long from, int number, int[] dst, int to) {
        long block = from + number * (long) A256_BYTES;
        for (int b = 0; b < 8; b++) {
            pairs(x, block + A256_QS + 32L * b, dst, to + 16 * b);
        }
        dst[to + PAIRS_SCALE] = x.get(Lanes.INT, block);
        for (int j = 0; j < 8; j++) {
            dst[to + PAIRS_SUMS32 + j] = x.get(Lanes.INT, block + 4 + 8L * j) + x.get(Lanes.INT, block + 8 + 8L * j);
        }
    }

    /** Tables records of the Q8_A256 blocks of a row of k elements, {@link #TABLES} each. */
    static void tables256(MemorySegment x, long from, int k, int[] dst, int to) {
        for (int i = 0; i < k / LENGTH; i++) {
            long block = from + i * (long) A256_BYTES;
            int record = to + i * TABLES;
            for (int t = 0; t < 64; t++) {
                long a = block + A256_QS + t / 32 * 128 + t % 32;
                tables(x.get(Lanes.BYTE, a), x.get(Lanes.BYTE, a + 32), dst, record + 4 * t);
                tables(x.get(Lanes.BYTE, a + 64), x.get(Lanes.BYTE, a + 96), dst, record + TABLES_SCALE / 2 + 4 * t);
            }
            dst[record + TABLES_SCALE] = x.get(Lanes.INT, block);
        }
    }

    /** The table of low bytes of two activations, for nibbles 0 … 15, and the one of high bytes; codes stand for −1 … 2. */
    private static void tables(int a, int b, int[] dst, int to) {
        for (int j = 0; j < 4; j++) {
            int s = (j - 1) * b;
            dst[to + j] = s - a & 0xFF | (s & 0xFF) << 8 | (s + a & 0xFF) << 16 | s + 2 * a << 24;
            dst[to + TABLES_SCALE / 4 + j] = s - a >> 8 & 0xFF | s & 0xFF00 | (s + a & 0xFF00) << 8
                    | (s + 2 * a & 0xFF00) << 16;
        }
    }

    /** 16 ints; up to 8 zeros follow them. */
    private static void pairs(MemorySegment x, long from, int[] dst, int to) {
        for (int u = 0; u < 8; u += I.length()) {
            IntVector words = Lanes.COUNT > 8
                    ? IntVector.fromMemorySegment(I, x, from, Lanes.LE, WORDS)
                    : IntVector.fromMemorySegment(I, x, from + 4L * u, Lanes.LE);
            // Bytes 0 and 2 (then 1 and 3) with their signs in the lower and upper half of a lane; lanes past the eighth,
            // zeros, are written over by what follows.
            IntVector even = words.lanewise(LSHL, 24)
                    .lanewise(ASHR, 24)
                    .and(0xFFFF)
                    .or(words.lanewise(LSHL, 8).lanewise(ASHR, 8).and(0xFFFF0000));
            IntVector odd = words.lanewise(LSHL, 16)
                    .lanewise(ASHR, 24)
                    .and(0xFFFF)
                    .or(words.lanewise(ASHR, 8).and(0xFFFF0000));
            even.intoArray(dst, to + u);
            odd.intoArray(dst, to + 8 + u);
        }
    }
}
