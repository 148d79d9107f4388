package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackTq20;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * TQ1_0, TQ2_0 and TQ2_F32, packed by {@link PackTq20}: {@code acc = fma(sum of (q - 1) * a, d * s, acc)} per block of 256.
 *
 * <p>Word w of half h has in bits 2j, 2j + 1 of byte i element 4w + i of the block of 32 number 4h + j: seen as two int16, the
 * pairs E[w] of four blocks, then O[w] of the same four. GEMV multiplies the codes 0 … 3 (3 is no code of the encoder, but
 * may be in a file): the 64 products of a half per int16 are at most 64 · 3 · 127 = 24384; the 1 is taken off through the
 * activations' block sum.
 */
class MicroTq20 extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final int CODE = 0x00030003;
    static final short MASK = 3;
    static final short ONE = 1;
    private static final int HALF = 8 * 64;

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long u0 = w0 + b * (long) PackTq20.UNIT_BYTES;
            long u1 = w1 + b * (long) PackTq20.UNIT_BYTES;
            int record = pairsRow(k, row) + b * Rows.PAIRS;
            sums(w, u0, u1, n, record);
            int zero = sum(n, record + Rows.PAIRS_SUMS32);
            float d = Float.intBitsToFloat(n[record + Rows.PAIRS_SCALE]);
            PairSums.halves(zero, n, f, 0);
            PairSums.halves(zero, n, f, 1);
            Fold.rowSuperBlock(w, u0, d, f, outAt, 0);
            Fold.rowSuperBlock(w, u1, d, f, outAt, 1);
        }
    }

    /** The exact sums of q * a of both halves, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int[] n, int record) {
        for (int h = 0; h < 2; h++) {
            long codes = PackTq20.CODES + h * (long) HALF;
            int a = record + h * 64;
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, w, w0 + codes + u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, w, w1 + codes + u * 64L, Lanes.LE);
                for (int i = 0; i < 8; i++) {
                    // E of the half's four blocks, then O.
                    int pairs = a + u + (i & 3) * 16 + (i >> 2) * 8;
                    ShortVector p = IntVector.broadcast(I, n[pairs]).reinterpretAsShorts();
                    s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                    s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                    x0 = x0.lanewise(LSHR, 2);
                    x1 = x1.lanewise(LSHR, 2);
                }
            }
            s0.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + h * Tile.STEP);
            s1.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + h * Tile.STEP + V);
        }
    }

    /** The activations' sum, which the codes' zero point of 1 adds too much. */
    private static int sum(int[] n, int at) {
        int sum = 0;
        for (int j = 0; j < 8; j++) {
            sum += n[at + j];
        }
        return sum;
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        long unit = w0 + k0 / Rows.LENGTH * (long) PackTq20.UNIT_BYTES;
        FloatVector.fromMemorySegment(F, w, unit, Lanes.LE).intoArray(scratch.floats(), Panel.SCALES + vector * V);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int h = 0; h < 2; h++) {
            half(w, unit + PackTq20.CODES + (long) h * HALF, scratch.bytes(), to + h * 64 * Panel.STEP);
        }
    }

    private static void half(MemorySegment w, long codes, MemorySegment p, long to) {
        for (int u = 0; u < 8; u++) {
            ShortVector x = IntVector.fromMemorySegment(I, w, codes + u * 64L, Lanes.LE).reinterpretAsShorts();
            for (int i = 0; i < 8; i++) {
                // E of the half's four blocks, then O.
                x.and(MASK)
                        .sub(ONE)
                        .intoMemorySegment(p, to + ((i & 3) * 16 + (i >> 2) * 8 + u) * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 2);
            }
        }
    }

    /** The 128 products of a lane with q - 1, at most 128 · 2 · 127, fit int16. */
    @Override
    public final void multiply(Scratch scratch, int row, int outAt, int rows) {
        int[] n = scratch.ints();
        PairTile.sums(scratch.bytes(), n, Rows.pairsAt(row), rows, 128);
        PairFold.block(n, Rows.pairsAt(row), scratch.floats(), outAt, rows);
    }
}
