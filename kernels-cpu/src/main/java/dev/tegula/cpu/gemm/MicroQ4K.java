package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackQ4K;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
final class MicroQ4K extends Blocks256 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final int CODE = 0x000F000F;
    private static final int GROUP = 8 * 64;

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int[] n = scratch.ints();
        Arrays.fill(f, outAt, outAt + Tile.STEP, 0f);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long u0 = w0 + b * (long) PackQ4K.UNIT_BYTES;
            long u1 = w1 + b * (long) PackQ4K.UNIT_BYTES;
            int record = pairsRow(k, row) + b * Rows.PAIRS;
            float d = Float.intBitsToFloat(n[record + Rows.PAIRS_SCALE]);
            sums(w, u0, u1, n, record);
            fold(w, u0, d, n, record, f, outAt, 0);
            fold(w, u1, d, n, record, f, outAt, 1);
        }
    }

    /** The exact sums of q * a of 8 sub-blocks, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void sums(MemorySegment w, long w0, long w1, int[] n, int record) {
        for (int g = 0; g < 4; g++) {
            long codes = PackQ4K.CODES + g * (long) GROUP;
            int a = record + g * 32;
            ShortVector s0 = ShortVector.zero(Lanes.I16);
            ShortVector s1 = s0;
            ShortVector t0 = s0;
            ShortVector t1 = s0;
            for (int u = 0; u < 8; u++) {
                IntVector x0 = IntVector.fromMemorySegment(I, w, w0 + codes + u * 64L, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, w, w1 + codes + u * 64L, Lanes.LE);
                ShortVector p = IntVector.broadcast(I, n[a + u]).reinterpretAsShorts();
                s0 = s0.add(x0.and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 16]).reinterpretAsShorts();
                t0 = t0.add(x0.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                t1 = t1.add(x1.lanewise(LSHR, 4).and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 8]).reinterpretAsShorts();
                s0 = s0.add(x0.lanewise(LSHR, 8).and(CODE).reinterpretAsShorts().mul(p));
                s1 = s1.add(x1.lanewise(LSHR, 8).and(CODE).reinterpretAsShorts().mul(p));
                p = IntVector.broadcast(I, n[a + u + 24]).reinterpretAsShorts();
                t0 = t0.add(x0.lanewise(LSHR, 12).and(CODE).reinterpretAsShorts().mul(p));
                t1 = t1.add(x1.lanewise(LSHR, 12).and(CODE).reinterpretAsShorts().mul(p));
            }
            int t = Memory.INT_SUMS + 2 * g * Tile.STEP;
            s0.reinterpretAsInts().intoArray(n, t);
            s1.reinterpretAsInts().intoArray(n, t + V);
            t0.reinterpretAsInts().intoArray(n, t + 2 * V);
            t1.reinterpretAsInts().intoArray(n, t + 3 * V);
        }
    }

    /** Scales the sums of one vector of rows, and takes off the minimums. */
    private static void fold(MemorySegment w, long unit, float d, int[] n, int record, float[] f,
            int outAt, int vector) {
        PairSums.scaled(w, unit, 8, n, f, vector);
        Fold.rowSuperBlock(w, unit + PackQ4K.D, d, f, outAt, vector);
        mins(w, unit + PackQ4K.MINS, n, record, f, vector);
        Fold.rowSuperBlock(w, unit + PackQ4K.DMIN, -d, f, outAt, vector);
    }

    /** The sum of min * a, to {@link Memory#SUMS}. */
    private static void mins(MemorySegment w, long at, int[] n, int record, float[] f, int vector) {
        IntVector sum = IntVector.zero(I);
        for (int j = 0; j < 8; j += 4) {
            IntVector bytes = IntVector.fromMemorySegment(I, w, at + j * 16L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                sum = sum.add(bytes.lanewise(LSHR, 8 * i).and(255).mul(n[record + Rows.PAIRS_SUMS32 + j + i]));
            }
        }
        ((FloatVector) sum.convert(I2F, 0)).intoArray(f, Memory.SUMS + vector * V);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackQ4K.UNIT_BYTES;
        int at = vector * Lanes.COUNT;
        FloatVector.fromMemorySegment(F, w, unit + PackQ4K.D, Lanes.LE).intoArray(floats, Panel.SCALES + at);
        FloatVector.fromMemorySegment(F, w, unit + PackQ4K.DMIN, Lanes.LE).neg().intoArray(floats, Panel.MINS + at);
        for (int j = 0; j < 8; j++) {
            FloatVector min = (FloatVector) IntVector
                    .fromMemorySegment(I, w, unit + PackQ4K.MINS + (j >> 2) * 64L, Lanes.LE)
                    .lanewise(LSHR, (j & 3) << 3)
                    .and(255)
                    .convert(I2F, 0);
            min.intoArray(floats, Panel.SUB_MINS + j * Tile.STEP + at);
        }
        for (int g = 0; g < 4; g++) {
            group(w, unit, g, panel, Memory.PANEL + g * 64 * Panel.STEP + vector * (long) Lanes.BYTES);
        }
    }

    /** Decodes sub-blocks 2g and 2g + 1, times their scales. */
    private static void group(MemorySegment w, long w0, int g, MemorySegment p, long to) {
        long codes = w0 + PackQ4K.CODES + (long) g * GROUP;
        IntVector scales = IntVector.fromMemorySegment(I, w, w0 + (g >> 1) * 64L, Lanes.LE)
                .lanewise(LSHR, (g & 1) << 4);
        FloatVector scaleLow = (FloatVector) scales.and(255).convert(I2F, 0);
        FloatVector scaleHigh = (FloatVector) scales.lanewise(LSHR, 8).and(255).convert(I2F, 0);
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(I, w, codes + u * 64L, Lanes.LE);
            for (int i = 0; i < 4; i++) {
                long low = to + (8 * i + u) * Panel.STEP;
                ((FloatVector) x.and(15).convert(I2F, 0)).mul(scaleLow).intoMemorySegment(p, low, Lanes.LE);
                ((FloatVector) x.lanewise(LSHR, 4).and(15).convert(I2F, 0)).mul(scaleHigh)
                        .intoMemorySegment(p, low + 32 * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHR, 8);
            }
        }
    }

    @Override
    public void multiply(MemorySegment panel, float[] floats, int at, int outAt, int rows) {
        Tile.sums(panel, floats, at, rows, 128);
        Fold.smallSuperBlock(floats, true, at, outAt, rows, 0);
        Fold.smallSuperBlock(floats, true, at, outAt, rows, 1);
    }
}
