package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q6_K, packed by {@link PackQ6K}: {@code acc = fma(sum of scale * (q - 32) * a, d * s, acc)} per block of 256.
 *
 * <p>In half h, the words w of the low bits (A), w + 8 of the low bits (B) and w of the high bits (C) belong together: bytes i
 * of them make element 4w + i of the blocks of 32 number 4h (lower half of A, bits 0, 1 of C), 4h + 1 (lower half of B, bits
 * 2, 3), 4h + 2 (upper half of A, bits 4, 5) and 4h + 3 (upper half of B, bits 6, 7). A sub-block of 16 is 4 words of one of
 * these; its 8 products per int16 are at most 8 · 32 · 127 = 32512.
 */
final class MicroQ6K extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    /** Four low and two high bits of a code, in both int16 of a lane. */
    private static final int LOW = 0x000F000F;
    private static final int HIGH = 0x00300030;
    private static final short ZERO = 32;

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long unit = b * (long) PackQ6K.UNIT_BYTES;
            int record = pairsRow(k, row) + b * Rows.PAIRS;
            block(w, w0 + unit, n, record, f, outAt, 0);
            block(w, w1 + unit, n, record, f, outAt, 1);
        }
    }

    /** One block of one vector of rows. */
    private static void block(MemorySegment w, long unit, int[] n, int record, float[] f, int outAt, int vector) {
        sums(w, unit, n, record, vector);
        PairSums.scaled(w, unit, 16, n, f, vector);
        float d = Float.intBitsToFloat(n[record + Rows.PAIRS_SCALE]);
        Fold.rowSuperBlock(w, unit + PackQ6K.D, d, f, outAt, vector);
    }

    /** The exact sums of (q - 32) * a of 16 sub-blocks, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void sums(MemorySegment w, long w0, int[] n, int record, int vector) {
        for (int i = 0; i < 8; i++) {
            // Half h = i / 4 of the block, words 4 s to 4 s + 3 of A or B.
            int s = i >> 1 & 1;
            int b = i & 1;
            long codes = w0 + PackQ6K.CODES + (i >> 1) * 4L * PackQ6K.STEP;
            int a = record + (i >> 2) * 64 + s * 4 + b * 16;
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            for (int u = 0; u < 4; u++) {
                long word = codes + u * (long) PackQ6K.STEP;
                IntVector x = IntVector.fromMemorySegment(I, w, word + b * 64L, Lanes.LE);
                IntVector z = IntVector.fromMemorySegment(I, w, word + 128, Lanes.LE).lanewise(LSHR, 2 * b);
                for (int j = 0; j < 2; j++) {
                    // E of block 4h + b, then O; 32 ints to block 4h + b + 2.
                    int pairs = a + u + j * 8;
                    s0 = s0.add(x.and(LOW)
                            .or(z.lanewise(LSHL, 4).and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, n[pairs]).reinterpretAsShorts()));
                    s1 = s1.add(x.lanewise(LSHR, 4)
                            .and(LOW)
                            .or(z.and(HIGH))
                            .reinterpretAsShorts()
                            .sub(ZERO)
                            .mul(IntVector.broadcast(I, n[pairs + 32]).reinterpretAsShorts()));
                    x = x.lanewise(LSHR, 8);
                    z = z.lanewise(LSHR, 8);
                }
            }
            int t = Memory.INT_SUMS + ((i >> 2) * 8 + 2 * b + s) * Tile.STEP + vector * V;
            s0.reinterpretAsInts().intoArray(n, t);
            s1.reinterpretAsInts().intoArray(n, t + 4 * Tile.STEP);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackQ6K.UNIT_BYTES;
        FloatVector.fromMemorySegment(Lanes.F32, w, unit + PackQ6K.D, Lanes.LE)
                .intoArray(floats, Panel.SCALES + vector * Lanes.COUNT);
        for (int i = 0; i < 8; i++) {
            eighth(w, unit, i, panel, vector * (long) Lanes.BYTES);
        }
    }

    /** Decodes 4 words of A or B with those of C: a sub-block of two blocks of 32, times their scales. */
    private static void eighth(MemorySegment w, long w0, int i, MemorySegment panel, long vectorAt) {
        int s = i >> 1 & 1;
        int b = i & 1;
        long codes = w0 + PackQ6K.CODES + (i >> 1) * 4L * PackQ6K.STEP;
        long p = Memory.PANEL + ((i >> 2) * 128 + b * 32 + s * 4) * Panel.STEP + vectorAt;
        // Sub-blocks 8h + 2b + s and 8h + 2b + s + 4: byte 2b + s of words 2h and 2h + 1.
        int shift = 24 - ((2 * b + s) << 3);
        FloatVector d0 = (FloatVector) IntVector.fromMemorySegment(I, w, w0 + (i >> 2) * 128L, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(ASHR, 24)
                .convert(I2F, 0);
        FloatVector d1 = (FloatVector) IntVector.fromMemorySegment(I, w, w0 + (i >> 2) * 128L + 64, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(ASHR, 24)
                .convert(I2F, 0);
        for (int u = 0; u < 4; u++) {
            long word = codes + u * (long) PackQ6K.STEP;
            IntVector x = IntVector.fromMemorySegment(I, w, word + b * 64L, Lanes.LE);
            IntVector z = IntVector.fromMemorySegment(I, w, word + 128, Lanes.LE).lanewise(LSHR, 2 * b);
            for (int j = 0; j < 4; j++) {
                long to = p + (8 * j + u) * Panel.STEP;
                ((FloatVector) x.and(15).or(z.lanewise(LSHL, 4).and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d0)
                        .intoMemorySegment(panel, to, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).or(z.and(48)).convert(I2F, 0)).sub(32f)
                        .mul(d1)
                        .intoMemorySegment(panel, to + 64 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
                z = z.lanewise(LSHR, 8);
            }
        }
    }
}
