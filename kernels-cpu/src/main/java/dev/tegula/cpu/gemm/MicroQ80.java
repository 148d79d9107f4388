package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackBlocks32;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q8_0, packed by {@link PackBlocks32}: {@code acc = fma(sum of q * a, d * s, acc)} per block of 32.
 *
 * <p>Word u of a block has the elements 4u … 4u + 3: seen as two int16, its lower bytes are the pair E[u] of {@link Rows} and
 * its upper ones O[u]. Two products of at most 128 · 127 fit int16; they are added up in int32.
 */
final class MicroQ80 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    /** Words of a block's codes, and bytes of half of them and of a unit of two blocks. */
    private static final int WORDS = 8;
    private static final long HALF = 32 * WORDS;
    private static final long UNIT = PackBlocks32.scales(2, WORDS);
    /** Blocks at a time: a block has two sums in memory. */
    private static final int CHUNK = Memory.CHUNK / 2;

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / 32;
        int span = span(blocks);
        for (int b = 0; b < blocks; b += span) {
            int end = Math.min(b + span, blocks);
            part(w, w0, b, end, f, n, pairsRow(k, row), outAt, 0);
            part(w, w1, b, end, f, n, pairsRow(k, row), outAt, 1);
        }
    }

    /** Blocks {@code from … to − 1} of one vector of rows. */
    private static void part(MemorySegment w, long at, int from, int to, float[] f, int[] n, int row, int outAt,
            int vector) {
        for (int b = from; b < to; b += CHUNK) {
            int count = Math.min(CHUNK, to - b);
            int record = row + b * Rows.PAIRS32;
            sums(w, at + PackBlocks32.codes(b, WORDS), UNIT, 2 * count, n, record, vector);
            Halves.scales(w, at + PackBlocks32.scales(b, WORDS), UNIT, count, f, Memory.SCALES + vector * V);
            fold(n, record, count, f, outAt, vector);
        }
    }

    /**
     * The exact sums of halves of blocks of one vector of rows, in int32, to {@link Memory#INT_SUMS}.
     *
     * @param pair bytes from an even block, which the odd one follows, to the next even one
     */
    static void sums(MemorySegment w, long at, long pair, int halves, int[] n, int record, int vector) {
        for (int h = 0; h < halves; h++) {
            long codes = at + (h >> 2) * pair + (h & 3) * HALF;
            int a = record + (h >> 1) * Rows.PAIRS32 + (h & 1) * 4;
            ShortVector x = ShortVector.fromMemorySegment(Lanes.I16, w, codes, Lanes.LE);
            IntVector m = x.lanewise(LSHL, 8)
                    .lanewise(ASHR, 8)
                    .mul(IntVector.broadcast(I, n[a]).reinterpretAsShorts())
                    .add(x.lanewise(ASHR, 8).mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()))
                    .reinterpretAsInts();
            IntVector s = m.lanewise(LSHL, 16).lanewise(ASHR, 16).add(m.lanewise(ASHR, 16));
            x = ShortVector.fromMemorySegment(Lanes.I16, w, codes + 64, Lanes.LE);
            m = x.lanewise(LSHL, 8)
                    .lanewise(ASHR, 8)
                    .mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts())
                    .add(x.lanewise(ASHR, 8).mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()))
                    .reinterpretAsInts();
            s = s.add(m.lanewise(LSHL, 16).lanewise(ASHR, 16).add(m.lanewise(ASHR, 16)));
            x = ShortVector.fromMemorySegment(Lanes.I16, w, codes + 128, Lanes.LE);
            m = x.lanewise(LSHL, 8)
                    .lanewise(ASHR, 8)
                    .mul(IntVector.broadcast(I, n[a + 2]).reinterpretAsShorts())
                    .add(x.lanewise(ASHR, 8).mul(IntVector.broadcast(I, n[a + 10]).reinterpretAsShorts()))
                    .reinterpretAsInts();
            s = s.add(m.lanewise(LSHL, 16).lanewise(ASHR, 16).add(m.lanewise(ASHR, 16)));
            x = ShortVector.fromMemorySegment(Lanes.I16, w, codes + 192, Lanes.LE);
            m = x.lanewise(LSHL, 8)
                    .lanewise(ASHR, 8)
                    .mul(IntVector.broadcast(I, n[a + 3]).reinterpretAsShorts())
                    .add(x.lanewise(ASHR, 8).mul(IntVector.broadcast(I, n[a + 11]).reinterpretAsShorts()))
                    .reinterpretAsInts();
            s = s.add(m.lanewise(LSHL, 16).lanewise(ASHR, 16).add(m.lanewise(ASHR, 16)));
            s.intoArray(n, Memory.INT_SUMS + h * Tile.STEP + vector * V);
        }
    }

    /** {@code c = fma(isum, dW * dA, c)} for each block in order, with dW in {@link Memory#SCALES}. */
    private static void fold(int[] n, int record, int blocks, float[] f, int outAt, int vector) {
        FloatVector c = FloatVector.fromArray(F, f, outAt + vector * V);
        for (int b = 0; b < blocks; b++) {
            float scale = Float.intBitsToFloat(n[record + b * Rows.PAIRS32 + Rows.PAIRS32_SCALE]);
            int t = Memory.INT_SUMS + 2 * b * Tile.STEP + vector * V;
            IntVector sum = IntVector.fromArray(I, n, t).add(IntVector.fromArray(I, n, t + Tile.STEP));
            c = ((FloatVector) sum.convert(I2F, 0)).fma(
                    FloatVector.fromArray(F, f, Memory.SCALES + b * Tile.STEP + vector * V).mul(scale), c);
        }
        c.intoArray(f, outAt + vector * V);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        int blocks = count / 32;
        Panel.clearFrom(panel, floats, blocks, 32);
        int block = k0 / 32;
        Halves.scales(w, w0 + PackBlocks32.scales(block, WORDS), UNIT, blocks, floats,
                Panel.SCALES + vector * Lanes.COUNT);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int b = 0; b < blocks; b++) {
            int8(w, w0 + PackBlocks32.codes(block + b, WORDS), panel, to + b * 32 * Panel.STEP);
        }
    }
}
