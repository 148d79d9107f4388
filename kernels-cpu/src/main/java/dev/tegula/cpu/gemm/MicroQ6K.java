package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackQ6K;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q6_K, packed by {@link PackQ6K}: {@code acc = fma(sum of scale * (q - 32) * a, d * s, acc)} per block of 256.
 *
 * <p>A step of the packing is a sub-block of 16 of two blocks of 32. Put together, the codes of four elements are the bytes of
 * a word; seen as two int16, the lower bytes are the pair E of {@link Rows} and the upper ones O. The 8 products of a
 * sub-block are at most 8 · 32 · 127 = 32512 and are added in int16.
 */
final class MicroQ6K extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int V = Lanes.COUNT;
    /** Four low and two high bits of a code, in all bytes of a lane. */
    private static final int LOW = 0x0F0F0F0F;
    private static final int HIGH = 0x03030303;
    private static final short BYTE = 255;
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
        sums(w, unit + PackQ6K.CODES, n, record, vector);
        PairSums.scaled(w, unit, 16, n, f, vector);
        float d = Float.intBitsToFloat(n[record + Rows.PAIRS_SCALE]);
        Fold.rowSuperBlock(w, unit + PackQ6K.D, d, f, outAt, vector);
    }

    /** The exact sums of (q - 32) * a of 16 sub-blocks, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void sums(MemorySegment w, long codes, int[] n, int record, int vector) {
        for (int j = 0; j < 16; j++) {
            // Half h = j / 8, its lower or upper halves of bytes, and step 4h + j % 4.
            int upper = j & 4;
            int i = (j >> 3) * 4 + (j & 3);
            long at = codes + (long) i * PackQ6K.STEP;
            // E of block j / 2 of 32, from word 4 (j % 2) on; O follows 8 ints later.
            int a = record + (j >> 1) * 16 + (j & 1) * 4;
            IntVector z = IntVector.fromMemorySegment(I, w, at + PackQ6K.HIGH, Lanes.LE).lanewise(LSHR, upper);
            ShortVector q = IntVector.fromMemorySegment(I, w, at, Lanes.LE)
                    .lanewise(LSHR, upper)
                    .and(LOW)
                    .or(z.and(HIGH).lanewise(LSHL, 4))
                    .reinterpretAsShorts();
            ShortVector sum = q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a]).reinterpretAsShorts());
            sum = sum.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            q = IntVector.fromMemorySegment(I, w, at + 64, Lanes.LE)
                    .lanewise(LSHR, upper)
                    .and(LOW)
                    .or(z.lanewise(LSHR, 2).and(HIGH).lanewise(LSHL, 4))
                    .reinterpretAsShorts();
            sum = sum.add(q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            sum = sum.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            z = IntVector.fromMemorySegment(I, w, at + PackQ6K.HIGH + 64, Lanes.LE).lanewise(LSHR, upper);
            q = IntVector.fromMemorySegment(I, w, at + 128, Lanes.LE)
                    .lanewise(LSHR, upper)
                    .and(LOW)
                    .or(z.and(HIGH).lanewise(LSHL, 4))
                    .reinterpretAsShorts();
            sum = sum.add(q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 2]).reinterpretAsShorts()));
            sum = sum.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 10]).reinterpretAsShorts()));
            q = IntVector.fromMemorySegment(I, w, at + 192, Lanes.LE)
                    .lanewise(LSHR, upper)
                    .and(LOW)
                    .or(z.lanewise(LSHR, 2).and(HIGH).lanewise(LSHL, 4))
                    .reinterpretAsShorts();
            sum = sum.add(q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 3]).reinterpretAsShorts()));
            sum = sum.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 11]).reinterpretAsShorts()));
            sum.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + j * Tile.STEP + vector * V);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackQ6K.UNIT_BYTES;
        FloatVector.fromMemorySegment(Lanes.F32, w, unit + PackQ6K.D, Lanes.LE)
                .intoArray(floats, Panel.SCALES + vector * V);
        for (int i = 0; i < 8; i++) {
            eighth(w, unit, i, panel, vector * (long) Lanes.BYTES);
        }
    }

    /** Decodes a step of the packing: a sub-block of two blocks of 32, times their scales. */
    private static void eighth(MemorySegment w, long unit, int i, MemorySegment panel, long vectorAt) {
        long step = unit + PackQ6K.CODES + (long) i * PackQ6K.STEP;
        long p = Memory.PANEL + ((i >> 2) * 128 + (i >> 1 & 1) * 32 + (i & 1) * 4) * Panel.STEP + vectorAt;
        // Sub-blocks 8h + 2b + s and 8h + 2b + s + 4: byte 2b + s of words 2h and 2h + 1.
        int shift = 24 - ((i & 3) << 3);
        FloatVector d0 = (FloatVector) IntVector.fromMemorySegment(I, w, unit + (i >> 2) * 128L, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(ASHR, 24)
                .convert(I2F, 0);
        FloatVector d1 = (FloatVector) IntVector.fromMemorySegment(I, w, unit + (i >> 2) * 128L + 64, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(ASHR, 24)
                .convert(I2F, 0);
        for (int u = 0; u < 4; u++) {
            IntVector x = IntVector.fromMemorySegment(I, w, step + u * 64L, Lanes.LE);
            IntVector z = IntVector.fromMemorySegment(I, w, step + PackQ6K.HIGH + (u >> 1) * 64L, Lanes.LE)
                    .lanewise(LSHR, (u & 1) << 1);
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
