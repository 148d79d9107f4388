package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackQ6K;
import java.lang.foreign.MemorySegment;
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
final class MicroQ6K extends Streamed256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int V = Lanes.COUNT;
    /** Four low and two high bits of a code, in all bytes of a lane. */
    private static final short LOW = 0x0F0F;
    private static final short HIGH = 0x0303;
    private static final short UPPER = 0x3030;
    private static final short BYTE = 255;
    private static final short ZERO = 32;
    /** Lines of a unit. */
    private static final int LINES = PackQ6K.UNIT_BYTES / 64;
    /** Units whose sums are in memory at a time. */
    private static final int UNITS = Memory.CHUNK / 16;

    @Override
    void part(MemorySegment w, long at, int from, int to, float[] f, int[] n, int row, int outAt, int vector) {
        for (int b = from; b < to; b += UNITS) {
            int count = Math.min(UNITS, to - b);
            long units = at + b * (long) PackQ6K.UNIT_BYTES;
            int record = row + b * Rows.PAIRS;
            sums(w, units, 16 * count, n, record, vector);
            for (int i = 0; i < count; i++) {
                long unit = units + i * (long) PackQ6K.UNIT_BYTES;
                PairSums.scaled(w, unit, i * 32, n, f, vector);
                float d = Float.intBitsToFloat(n[record + i * Rows.PAIRS + Rows.PAIRS_SCALE]);
                Fold.rowSuperBlock(w, unit + PackQ6K.D, d, f, outAt, vector);
            }
        }
    }

    /**
     * The exact sums of (q - 32) * a of halves of sub-blocks of one vector of rows, two int16 to a lane, to
     * {@link Memory#INT_SUMS}: halves of two sub-blocks in each step. Each step reads four lines of the unit beside its codes,
     * so that all are read at even distances: {@link Streamed256}.
     */
    private static void sums(MemorySegment w, long at, int steps, int[] n, int record, int vector) {
        int touched = 0;
        for (int i = 0; i < steps; i++) {
            long unit = at + (i >> 4) * (long) PackQ6K.UNIT_BYTES;
            long line = unit + ((i & 15) * LINES >> 4) * 64L;
            touched |= w.get(Lanes.INT, line)
                    | w.get(Lanes.INT, line + 64)
                    | w.get(Lanes.INT, line + 128)
                    | w.get(Lanes.INT, line + 192);
            long codes = unit + PackQ6K.CODES + (i >> 1 & 7) * (long) PackQ6K.STEP + (i & 1) * 128L;
            // E of the lower sub-block; O follows 8 ints later, the upper sub-block two blocks of 32 later.
            int a = record + (i >> 4) * Rows.PAIRS + (i >> 3 & 1) * 64 + (i >> 2 & 1) * 16 + (i & 3) * 2;
            ShortVector z = IntVector
                    .fromMemorySegment(I, w, unit + PackQ6K.CODES + (i >> 1 & 7) * (long) PackQ6K.STEP + PackQ6K.HIGH
                            + (i & 1) * 64L, Lanes.LE)
                    .reinterpretAsShorts();
            ShortVector x = IntVector.fromMemorySegment(I, w, codes, Lanes.LE).reinterpretAsShorts();
            ShortVector q = x.and(LOW).or(z.and(HIGH).lanewise(LSHL, 4));
            ShortVector s = q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a]).reinterpretAsShorts());
            s = s.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            q = x.lanewise(LSHR, 4).and(LOW).or(z.and(UPPER));
            ShortVector t = q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 32]).reinterpretAsShorts());
            t = t.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 40]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, codes + 64, Lanes.LE).reinterpretAsShorts();
            z = z.lanewise(LSHR, 2);
            q = x.and(LOW).or(z.and(HIGH).lanewise(LSHL, 4));
            s = s.add(q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            s = s.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            q = x.lanewise(LSHR, 4).and(LOW).or(z.and(UPPER));
            t = t.add(q.and(BYTE).sub(ZERO).mul(IntVector.broadcast(I, n[a + 33]).reinterpretAsShorts()));
            t = t.add(q.lanewise(LSHR, 8).sub(ZERO).mul(IntVector.broadcast(I, n[a + 41]).reinterpretAsShorts()));
            // Sub-block 8h + 2b + s, its half i % 2; the upper one is four sub-blocks later.
            int to = Memory.INT_SUMS + ((i >> 3) * 16 + (i & 7)) * Tile.STEP + vector * V;
            s.reinterpretAsInts().intoArray(n, to);
            t.reinterpretAsInts().intoArray(n, to + 8 * Tile.STEP);
        }
        n[Memory.INT_TOUCHED] = touched;
    }

    /** Each block of 32 with the eight pairs of a sub-block side by side: E and O of the words 0 … 3, then of 4 … 7. */
    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        super.widen(x, from, k0, count, scratch, row);
        int[] n = scratch.ints();
        for (int b = 0; b < 8; b++) {
            int at = Rows.pairsAt(row) + 16 * b + 4;
            for (int u = 0; u < 4; u++) {
                int even = n[at + u];
                n[at + u] = n[at + 4 + u];
                n[at + 4 + u] = even;
            }
        }
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        int[] n = scratch.ints();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackQ6K.UNIT_BYTES;
        int at = vector * V;
        FloatVector.fromMemorySegment(Lanes.F32, w, unit + PackQ6K.D, Lanes.LE)
                .intoArray(scratch.floats(), Panel.SCALES + at);
        for (int j = 0; j < 16; j++) {
            IntVector.fromMemorySegment(I, w, unit + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHL, 24 - ((j & 3) << 3))
                    .lanewise(ASHR, 24)
                    .intoArray(n, Memory.INT_SCALES + j * Tile.STEP + at);
        }
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int i = 0; i < 8; i++) {
            // A step of the packing: sub-block 8 * (i / 4) + i % 4 and the fourth after it.
            int j = (i >> 2) * 8 + (i & 3);
            subBlocks(w, unit + PackQ6K.CODES + (long) i * PackQ6K.STEP, scratch.bytes(), to + j * 8 * Panel.STEP);
        }
    }

    private static void subBlocks(MemorySegment w, long step, MemorySegment p, long to) {
        for (int u = 0; u < 4; u++) {
            ShortVector x = IntVector.fromMemorySegment(I, w, step + u * 64L, Lanes.LE).reinterpretAsShorts();
            ShortVector z = IntVector.fromMemorySegment(I, w, step + PackQ6K.HIGH + (u >> 1) * 64L, Lanes.LE)
                    .reinterpretAsShorts()
                    .lanewise(LSHR, (u & 1) << 1);
            long pair = to + u * Panel.STEP;
            ShortVector q = x.and(LOW).or(z.and(HIGH).lanewise(LSHL, 4));
            q.and(BYTE).sub(ZERO).intoMemorySegment(p, pair, Lanes.LE);
            q.lanewise(LSHR, 8).sub(ZERO).intoMemorySegment(p, pair + 4 * Panel.STEP, Lanes.LE);
            q = x.lanewise(LSHR, 4).and(LOW).or(z.and(UPPER));
            q.and(BYTE).sub(ZERO).intoMemorySegment(p, pair + 32 * Panel.STEP, Lanes.LE);
            q.lanewise(LSHR, 8).sub(ZERO).intoMemorySegment(p, pair + 36 * Panel.STEP, Lanes.LE);
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        int[] n = scratch.ints();
        int at = Rows.pairsAt(row);
        PairTile.sums(scratch.bytes(), n, at, rows, 8);
        PairFold.scaled(n, at, 16, scratch.floats(), outAt, rows);
    }
}
