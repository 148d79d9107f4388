package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackBlocks32;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q4_0, packed by {@link PackBlocks32}: {@code acc = fma(sum of (q - 8) * a, d * s, acc)} per block of 32.
 *
 * <p>Word u of a block has the elements 4u … 4u + 3 in the lower and 16 + 4u … 16 + 4u + 3 in the upper halves of its bytes.
 * Seen as two int16, a word holds four pairs of {@link Rows}: at bit 0 E[u], at bit 4 E[u + 4], at bit 8 O[u], at bit 12
 * O[u + 4]. GEMV multiplies the codes 0 … 15 in int16: 16 products of at most 15 · 127 are below 2^15, and the 8 is taken off
 * through the activations' block sum. A panel has q - 8.
 */
final class MicroQ40 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    /** Words of a block's codes, and bytes of them and of a unit of two blocks. */
    private static final int WORDS = 4;
    private static final long BLOCK = 64 * WORDS;
    private static final long UNIT = PackBlocks32.scales(2, WORDS);
    /** The lowest code of both int16 in a lane. */
    private static final int CODE = 0x000F000F;
    private static final short MASK = 15;
    private static final short ZERO = 8;

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
        for (int b = from; b < to; b += Memory.CHUNK) {
            int count = Math.min(Memory.CHUNK, to - b);
            int record = row + b * Rows.PAIRS32;
            sums(w, at + PackBlocks32.codes(b, WORDS), BLOCK, UNIT, count, n, record, vector);
            Halves.scales(w, at + PackBlocks32.scales(b, WORDS), UNIT, count, f, Memory.SCALES + vector * Lanes.COUNT);
            PairSums.blocks32(n, record, count, f, outAt, vector);
        }
    }

    /**
     * The exact sums of blocks of one vector of rows, two int16 to a lane, to {@link Memory#INT_SUMS}.
     *
     * @param step bytes from an even block to the odd one after it
     * @param pair bytes from an even block to the next even one
     */
    static void sums(MemorySegment w, long at, long step, long pair, int blocks, int[] n, int record, int vector) {
        for (int b = 0; b < blocks; b++) {
            long codes = at + (b >> 1) * pair + (b & 1) * step;
            int a = record + b * Rows.PAIRS32;
            IntVector x = IntVector.fromMemorySegment(I, w, codes, Lanes.LE);
            ShortVector s = x.and(CODE).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a]).reinterpretAsShorts());
            s = s.add(x.lanewise(LSHR, 4)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 4]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 12]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, codes + 64, Lanes.LE);
            s = s.add(x.and(CODE).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 5]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 13]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, codes + 128, Lanes.LE);
            s = s.add(x.and(CODE).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a + 2]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 6]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 10]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 14]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, codes + 192, Lanes.LE);
            s = s.add(x.and(CODE).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a + 3]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 7]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 11]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(CODE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 15]).reinterpretAsShorts()));
            s.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + b * Tile.STEP + vector * Lanes.COUNT);
        }
    }

    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        Rows.pairs32(x, from, k0, count / 32, scratch.ints(), Rows.pairsAt(row));
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        int blocks = count / 32;
        Panel.clearFrom(panel, floats, blocks, 16);
        int block = k0 / 32;
        Halves.scales(w, w0 + PackBlocks32.scales(block, WORDS), UNIT, blocks, floats,
                Panel.SCALES + vector * Lanes.COUNT);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int b = 0; b < blocks; b++) {
            block(w, w0 + PackBlocks32.codes(block + b, WORDS), panel, to + b * 16 * Panel.STEP);
        }
    }

    private static void block(MemorySegment w, long at, MemorySegment p, long to) {
        for (int u = 0; u < 4; u++) {
            ShortVector x = IntVector.fromMemorySegment(I, w, at + u * 64L, Lanes.LE).reinterpretAsShorts();
            long pair = to + u * Panel.STEP;
            x.and(MASK).sub(ZERO).intoMemorySegment(p, pair, Lanes.LE);
            x.lanewise(LSHR, 4).and(MASK).sub(ZERO).intoMemorySegment(p, pair + 4 * Panel.STEP, Lanes.LE);
            x.lanewise(LSHR, 8).and(MASK).sub(ZERO).intoMemorySegment(p, pair + 8 * Panel.STEP, Lanes.LE);
            x.lanewise(LSHR, 12).sub(ZERO).intoMemorySegment(p, pair + 12 * Panel.STEP, Lanes.LE);
        }
    }

    @Override
    public int tileRows(int left) {
        return PairTile.rows(left);
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        int[] n = scratch.ints();
        PairTile.sums(scratch.bytes(), n, Rows.pairsAt(row), rows, 16);
        PairFold.blocks(n, Rows.pairsAt(row), scratch.floats(), outAt, rows);
    }
}
