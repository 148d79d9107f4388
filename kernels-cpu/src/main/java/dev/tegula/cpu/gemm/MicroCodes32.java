package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackCodes32;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Any format of 32-element blocks, packed by {@link PackCodes32}: {@code acc = fma(sum of q * a, d * s, acc)} per block, and
 * with minimums {@code acc = fma(-dmin * min * s, sum of a, acc)} after it. Products are added in F32, which is exact.
 */
final class MicroCodes32 extends Blocks32 {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;

    private final boolean mins;

    /** The kernel of formats with or without minimums. */
    MicroCodes32(boolean mins) {
        this.mins = mins;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        int to = floatRow(k, row);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            Rows.floats32(x, from, k0, Math.min(Rows.LENGTH, k - k0) / 32, scratch.floats(), to);
            to += Rows.FLOATS;
        }
    }

    /** Where a prepared row is, in floats. */
    private static int floatRow(int k, int row) {
        return Memory.ROWS + row * Math.ceilDiv(k, Rows.LENGTH) * Rows.FLOATS;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        int a = floatRow(k, row);
        gemv(w, w0, k, scratch.floats(), a, mins, outAt);
        gemv(w, w1, k, scratch.floats(), a, mins, outAt + Lanes.COUNT);
    }

    private static void gemv(MemorySegment w, long w0, int k, float[] f, int row, boolean mins, int outAt) {
        FloatVector acc = FloatVector.zero(F);
        int blocks = k / 32;
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + b * (long) PackCodes32.UNIT_BYTES;
            int record = row + (b >> 3) * Rows.FLOATS;
            int a = record + (b & 7) * 32;
            FloatVector s = FloatVector.zero(F);
            FloatVector r = s;
            for (int u = 0; u < 8; u++) {
                IntVector x = IntVector.fromMemorySegment(I, w, unit + PackCodes32.CODES + u * 64L, Lanes.LE);
                for (int i = 0; i < 2; i++) {
                    s = ((FloatVector) x.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
                            .fma(FloatVector.broadcast(F, f[a + u + i * 16]), s);
                    r = ((FloatVector) x.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
                            .fma(FloatVector.broadcast(F, f[a + u + i * 16 + 8]), r);
                    x = x.lanewise(LSHR, 16);
                }
            }
            float d = f[record + Rows.SCALES + (b & 7)];
            acc = s.add(r).fma(FloatVector.fromMemorySegment(F, w, unit, Lanes.LE).mul(d), acc);
            if (mins) {
                acc = FloatVector.fromMemorySegment(F, w, unit + PackCodes32.MIN, Lanes.LE)
                        .mul(d)
                        .fma(FloatVector.broadcast(F, f[record + Rows.SUMS + (b & 7)]), acc);
            }
        }
        acc.intoArray(f, outAt);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        int blocks = count / 32;
        Panel.clearFrom(panel, floats, blocks, 32);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + (k0 / 32 + b) * (long) PackCodes32.UNIT_BYTES;
            int scales = b * Tile.STEP + vector * Lanes.COUNT;
            int8(w, unit + PackCodes32.CODES, panel, to + b * 32 * Panel.STEP);
            FloatVector.fromMemorySegment(F, w, unit, Lanes.LE).intoArray(floats, Panel.SCALES + scales);
            FloatVector.fromMemorySegment(F, w, unit + PackCodes32.MIN, Lanes.LE)
                    .intoArray(floats, Panel.MINS + scales);
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        if (!mins) {
            super.multiply(scratch, row, outAt, rows);
            return;
        }
        float[] floats = scratch.floats();
        int at = Rows.floatsAt(row);
        Tile.sums(scratch.bytes(), floats, at, rows, 32);
        Fold.blocksWithMins(floats, at, outAt, rows, 0);
        Fold.blocksWithMins(floats, at, outAt, rows, 1);
    }
}
