package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackQ4K;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Q4_K, packed by {@link PackQ4K}: per block of 256, {@code acc = fma(sum of scale * q * a, d * s, acc)}, then
 * {@code acc = fma(-dmin * s, sum of min * a, acc)}.
 *
 * <p>Words 8g … 8g + 7 have sub-block 2g in the lower halves of their bytes and sub-block 2g + 1 in the upper ones: seen as
 * two int16, word u holds the pairs E[u] of both at bits 0 and 4, O[u] of both at bits 8 and 12. A sub-block's 16 products
 * of at most 15 · 127 fit int16.
 */
final class MicroQ4K extends Streamed256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final short CODE = 15;
    private static final int GROUP = 8 * 64;
    /** Bytes of the codes of a quarter of two sub-blocks. */
    private static final long QUARTER = GROUP / 4;
    /** Lines of a unit. */
    private static final int LINES = PackQ4K.UNIT_BYTES / 64;
    /** Units whose sums are in memory at a time. */
    private static final int UNITS = Memory.CHUNK / 16;

    @Override
    void part(MemorySegment w, long at, int from, int to, float[] f, int[] n, int row, int outAt, int vector) {
        for (int b = from; b < to; b += UNITS) {
            int count = Math.min(UNITS, to - b);
            long units = at + b * (long) PackQ4K.UNIT_BYTES;
            int record = row + b * Rows.PAIRS;
            sums(w, units, 16 * count, n, record, vector);
            for (int i = 0; i < count; i++) {
                fold(w, units + i * (long) PackQ4K.UNIT_BYTES, n, record + i * Rows.PAIRS, i * 32, f, outAt, vector);
            }
        }
    }

    /**
     * The exact sums of q * a of quarters of sub-blocks of one vector of rows, two int16 to a lane, to
     * {@link Memory#INT_SUMS}: a quarter of sub-block 2g and one of 2g + 1 in each step.
     *
     * <p>Each step reads three lines of the unit beside its codes, so that all are read at even distances:
     * {@link Streamed256}.
     */
    private static void sums(MemorySegment w, long at, int quarters, int[] n, int record, int vector) {
        int touched = 0;
        for (int q = 0; q < quarters; q++) {
            long unit = at + (q >> 4) * (long) PackQ4K.UNIT_BYTES;
            long line = unit + ((q & 15) * LINES >> 4) * 64L;
            touched |= w.get(Lanes.INT, line) | w.get(Lanes.INT, line + 64) | w.get(Lanes.INT, line + 128);
            long codes = unit + PackQ4K.CODES + (q & 15) * QUARTER;
            int a = record + (q >> 4) * Rows.PAIRS + (q >> 2 & 3) * 32 + (q & 3) * 2;
            ShortVector x = IntVector.fromMemorySegment(I, w, codes, Lanes.LE).reinterpretAsShorts();
            ShortVector s = x.and(CODE).mul(IntVector.broadcast(I, n[a]).reinterpretAsShorts());
            ShortVector t = x.lanewise(LSHR, 4)
                    .and(CODE)
                    .mul(IntVector.broadcast(I, n[a + 16]).reinterpretAsShorts());
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            t = t.add(x.lanewise(LSHR, 12).mul(IntVector.broadcast(I, n[a + 24]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, codes + 64, Lanes.LE).reinterpretAsShorts();
            s = s.add(x.and(CODE).mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            t = t.add(x.lanewise(LSHR, 4)
                    .and(CODE)
                    .mul(IntVector.broadcast(I, n[a + 17]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(CODE)
                    .mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            t = t.add(x.lanewise(LSHR, 12).mul(IntVector.broadcast(I, n[a + 25]).reinterpretAsShorts()));
            int to = Memory.INT_SUMS + 2 * q * Tile.STEP + vector * V;
            s.reinterpretAsInts().intoArray(n, to);
            t.reinterpretAsInts().intoArray(n, to + Tile.STEP);
        }
        n[Memory.INT_TOUCHED] = touched;
    }

    /**
     * Scales the sums of one vector of rows, and takes off the minimums.
     *
     * @param first the unit's first sum in {@link Memory#INT_SUMS}
     */
    private static void fold(MemorySegment w, long unit, int[] n, int record, int first, float[] f, int outAt,
            int vector) {
        IntVector sum = IntVector.zero(I);
        IntVector min = sum;
        for (int j = 0; j < 8; j++) {
            int t = Memory.INT_SUMS + (first + 8 * (j >> 1) + (j & 1)) * Tile.STEP + vector * V;
            IntVector s = IntVector.fromArray(I, n, t)
                    .reinterpretAsShorts()
                    .add(IntVector.fromArray(I, n, t + 2 * Tile.STEP).reinterpretAsShorts())
                    .add(IntVector.fromArray(I, n, t + 4 * Tile.STEP).reinterpretAsShorts())
                    .add(IntVector.fromArray(I, n, t + 6 * Tile.STEP).reinterpretAsShorts())
                    .reinterpretAsInts();
            int shift = (j & 3) << 3;
            IntVector scale = IntVector.fromMemorySegment(I, w, unit + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHR, shift)
                    .and(255);
            sum = sum.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16).add(s.lanewise(ASHR, 16)).mul(scale));
            min = min.add(IntVector.fromMemorySegment(I, w, unit + PackQ4K.MINS + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHR, shift)
                    .and(255)
                    .mul(n[record + Rows.PAIRS_SUMS32 + j]));
        }
        float d = Float.intBitsToFloat(n[record + Rows.PAIRS_SCALE]);
        int c = outAt + vector * V;
        FloatVector acc = ((FloatVector) sum.convert(I2F, 0)).fma(
                FloatVector.fromMemorySegment(F, w, unit + PackQ4K.D, Lanes.LE).mul(d), FloatVector.fromArray(F, f, c));
        FloatVector.fromMemorySegment(F, w, unit + PackQ4K.DMIN, Lanes.LE)
                .mul(-d)
                .fma((FloatVector) min.convert(I2F, 0), acc)
                .intoArray(f, c);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        float[] floats = scratch.floats();
        int[] n = scratch.ints();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackQ4K.UNIT_BYTES;
        int at = vector * V;
        FloatVector.fromMemorySegment(F, w, unit + PackQ4K.D, Lanes.LE).intoArray(floats, Panel.SCALES + at);
        FloatVector.fromMemorySegment(F, w, unit + PackQ4K.DMIN, Lanes.LE).neg().intoArray(floats, Panel.MINS + at);
        for (int j = 0; j < 8; j++) {
            long word = unit + (j >> 2) * 64L;
            int shift = (j & 3) << 3;
            IntVector.fromMemorySegment(I, w, word, Lanes.LE)
                    .lanewise(LSHR, shift)
                    .and(255)
                    .intoArray(n, Memory.INT_SCALES + j * Tile.STEP + at);
            IntVector.fromMemorySegment(I, w, word + PackQ4K.MINS, Lanes.LE)
                    .lanewise(LSHR, shift)
                    .and(255)
                    .intoArray(n, Memory.INT_MINS + j * Tile.STEP + at);
        }
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int g = 0; g < 4; g++) {
            group(w, unit + PackQ4K.CODES + (long) g * GROUP, scratch.bytes(), to + g * 32 * Panel.STEP);
        }
    }

    /** Decodes two sub-blocks. */
    private static void group(MemorySegment w, long codes, MemorySegment p, long to) {
        for (int u = 0; u < 8; u++) {
            ShortVector x = IntVector.fromMemorySegment(I, w, codes + u * 64L, Lanes.LE).reinterpretAsShorts();
            long pair = to + u * Panel.STEP;
            x.and(CODE).intoMemorySegment(p, pair, Lanes.LE);
            x.lanewise(LSHR, 4).and(CODE).intoMemorySegment(p, pair + 16 * Panel.STEP, Lanes.LE);
            x.lanewise(LSHR, 8).and(CODE).intoMemorySegment(p, pair + 8 * Panel.STEP, Lanes.LE);
            x.lanewise(LSHR, 12).intoMemorySegment(p, pair + 24 * Panel.STEP, Lanes.LE);
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        int[] n = scratch.ints();
        int at = Rows.pairsAt(row);
        PairTile.sums(scratch.bytes(), n, at, rows, 16);
        PairFold.scaled(n, at, 8, scratch.floats(), outAt, rows);
        PairFold.mins(n, at, scratch.floats(), outAt, rows);
    }
}
