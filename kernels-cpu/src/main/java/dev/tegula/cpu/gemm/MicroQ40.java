package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.I2F;
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
 * Q4_0, packed by {@link PackPairs32}: {@code acc = fma(sum of (q - 8) * a, d * s, acc)} per block of 32.
 *
 * <p>Word u of a block has the elements 4u … 4u + 3 in the lower and 16 + 4u … 16 + 4u + 3 in the upper halves of its bytes.
 * Seen as two int16, a word holds four pairs of {@link Rows}: at bit 0 E[u], at bit 4 E[u + 4], at bit 8 O[u], at bit 12
 * O[u + 4]. GEMV multiplies the codes 0 … 15 in int16: 16 products of at most 15 · 127 are below 2^15, and the 8 is taken off
 * through the activations' block sum.
 */
final class MicroQ40 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int UNIT = 576;
    private static final int CODES = 64;
    private static final int BLOCK = 256;
    /** The lowest code of both int16 in a lane. */
    private static final int CODE = 0x000F000F;

    @Override
    public long chunkBytes() {
        return 4L * UNIT;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        Rows.pairs32(x, from, k, scratch.ints(), pairsRow(k, row));
    }

    /** Where a prepared row is, in ints. */
    private static int pairsRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / 32) * Rows.PAIRS32;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        MemorySegment p = scratch.bytes();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b += 8) {
            int count = Math.min(8, blocks - b);
            long chunk = b / 8 * chunkBytes();
            int record = pairsRow(k, row) + b * Rows.PAIRS32;
            sums(w, w0 + chunk, w1 + chunk, count, n, record);
            Halves.scales(w, w0 + chunk, UNIT, count, p, Panel.SCALES);
            Halves.scales(w, w1 + chunk, UNIT, count, p, Panel.SCALES + Lanes.BYTES);
            PairSums.blocks32(n, record, count, p, f, outAt, 0);
            PairSums.blocks32(n, record, count, p, f, outAt, 1);
        }
    }

    /** The exact sums of up to 8 blocks, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int blocks, int[] n, int record) {
        for (int b = 0; b < blocks; b++) {
            long codes = (b >> 1) * (long) UNIT + CODES + (b & 1) * BLOCK;
            int a = record + b * Rows.PAIRS32;
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            for (int u = 0; u < 4; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, w, w0 + codes + u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, w, w1 + codes + u * 64L, Lanes.LE);
                ShortVector p = IntVector.broadcast(I, n[a + u]).reinterpretAsShorts();
                s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 4]).reinterpretAsShorts();
                s0 = s0.add(x0.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 8]).reinterpretAsShorts();
                s0 = s0.add(x0.lanewise(LSHR, 8).and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.lanewise(LSHR, 8).and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 12]).reinterpretAsShorts();
                s0 = s0.add(x0.lanewise(LSHR, 12).and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.lanewise(LSHR, 12).and(CODE).reinterpretAsShorts().mul(p));
            }
            s0.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + b * Tile.STEP);
            s1.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + b * Tile.STEP + Lanes.COUNT);
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int count, MemorySegment panel, int vector) {
        long vectorAt = vector * (long) Lanes.BYTES;
        int blocks = count / 32;
        Panel.clearFrom(panel, blocks);
        Halves.scales(w, w0, UNIT, blocks, panel, Panel.SCALES + vectorAt);
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + (b >> 1) * (long) UNIT;
            block(w, unit + CODES + (b & 1) * BLOCK, panel, Memory.PANEL + b * 32 * Panel.STEP + vectorAt);
        }
    }

    private static void block(MemorySegment w, long at, MemorySegment p, long to) {
        for (int u = 0; u < 4; u++) {
            IntVector x = IntVector.fromMemorySegment(I, w, at + u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                // Byte i of the word: its lower half is element 4u + i, its upper half element 16 + 4u + i.
                long low = to + (8 * i + u) * Panel.STEP;
                ((FloatVector) x.and(15).convert(I2F, 0)).sub(8f).intoMemorySegment(p, low, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).convert(I2F, 0)).sub(8f)
                        .intoMemorySegment(p, low + 4 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }
}
