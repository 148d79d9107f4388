package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackCodes256;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Any format of 256-element blocks, packed by {@link PackCodes256}: {@code acc = fma(sum of scale * q * a, d * s, acc)} per
 * block, and with minimums {@code acc = fma(-dmin * s, sum of min * a, acc)} after it.
 *
 * <p>The products of a sub-block of 16 are added in F32, which is exact, scaled and added in int32. A panel holds
 * scale * q: 32 products of at most 32 · 127 · 127 (IQ4_XS, the widest) are below 2^24.
 */
final class MicroCodes256 implements MicroKernel {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;

    private final boolean mins;

    /** The kernel of formats with or without minimums. */
    MicroCodes256(boolean mins) {
        this.mins = mins;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            Rows.floats256(x, from, k0, scratch.floats(), floatRow(k, row) + k0 / Rows.LENGTH * Rows.FLOATS);
        }
    }

    private static int floatRow(int k, int row) {
        return Memory.ROWS + row * (k / Rows.LENGTH) * Rows.FLOATS;
    }

    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        Rows.floats256(x, from, k0, scratch.floats(), Rows.floatsAt(row));
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        int a = floatRow(k, row);
        gemv(w, w0, k, scratch.floats(), a, mins, outAt);
        gemv(w, w1, k, scratch.floats(), a, mins, outAt + Lanes.COUNT);
    }

    private static void gemv(MemorySegment w, long w0, int k, float[] f, int row, boolean mins, int outAt) {
        FloatVector acc = FloatVector.zero(F);
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            long unit = w0 + b * (long) PackCodes256.UNIT_BYTES;
            int a = row + b * Rows.FLOATS;
            IntVector sum = IntVector.zero(I);
            FloatVector minSum = FloatVector.zero(F);
            for (int j = 0; j < 16; j++) {
                FloatVector s = FloatVector.zero(F);
                FloatVector r = s;
                for (int u = 0; u < 4; u++) {
                    int at = a + (j >> 1) * 32 + (j & 1) * 4 + u;
                    IntVector x = IntVector.fromMemorySegment(I, w, unit + PackCodes256.CODES + j * 256L + u * 64L,
                            Lanes.LE);
                    for (int i = 0; i < 2; i++) {
                        s = ((FloatVector) x.lanewise(LSHL, 24).lanewise(ASHR, 24).convert(I2F, 0))
                                .fma(FloatVector.broadcast(F, f[at + i * 16]), s);
                        r = ((FloatVector) x.lanewise(LSHL, 16).lanewise(ASHR, 24).convert(I2F, 0))
                                .fma(FloatVector.broadcast(F, f[at + i * 16 + 8]), r);
                        x = x.lanewise(LSHR, 16);
                    }
                }
                int shift = 24 - ((j & 3) << 3);
                IntVector scale = IntVector.fromMemorySegment(I, w, unit + (j >> 2) * 64L, Lanes.LE)
                        .lanewise(LSHL, shift)
                        .lanewise(ASHR, 24);
                sum = sum.add(((IntVector) s.add(r).convert(F2I, 0)).mul(scale));
                if (mins) {
                    FloatVector min = (FloatVector) IntVector
                            .fromMemorySegment(I, w, unit + PackCodes256.MINS + (j >> 2) * 64L, Lanes.LE)
                            .lanewise(LSHL, shift)
                            .lanewise(LSHR, 24)
                            .convert(I2F, 0);
                    minSum = min.fma(FloatVector.broadcast(F, f[a + Rows.SUMS + j]), minSum);
                }
            }
            float d = f[a + Rows.SCALES];
            acc = ((FloatVector) sum.convert(I2F, 0))
                    .fma(FloatVector.fromMemorySegment(F, w, unit + PackCodes256.D, Lanes.LE).mul(d), acc);
            if (mins) {
                acc = FloatVector.fromMemorySegment(F, w, unit + PackCodes256.DMIN, Lanes.LE)
                        .mul(d)
                        .fma(minSum, acc);
            }
        }
        acc.intoArray(f, outAt);
    }

    @Override
    public void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        long unit = w0 + k0 / Rows.LENGTH * (long) PackCodes256.UNIT_BYTES;
        FloatVector.fromMemorySegment(F, w, unit + PackCodes256.D, Lanes.LE)
                .intoArray(floats, Panel.SCALES + vector * Lanes.COUNT);
        FloatVector.fromMemorySegment(F, w, unit + PackCodes256.DMIN, Lanes.LE)
                .intoArray(floats, Panel.MINS + vector * Lanes.COUNT);
        for (int j = 0; j < 16; j++) {
            subBlock(w, unit, j, panel, floats, vector);
        }
    }

    private static void subBlock(MemorySegment w, long w0, int j, MemorySegment panel, float[] floats, int vector) {
        int shift = 24 - ((j & 3) << 3);
        ((FloatVector) IntVector.fromMemorySegment(I, w, w0 + PackCodes256.MINS + (j >> 2) * 64L, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(LSHR, 24)
                .convert(I2F, 0)).intoArray(floats, Panel.SUB_MINS + j * Tile.STEP + vector * Lanes.COUNT);
        FloatVector scale = (FloatVector) IntVector.fromMemorySegment(I, w, w0 + (j >> 2) * 64L, Lanes.LE)
                .lanewise(LSHL, shift)
                .lanewise(ASHR, 24)
                .convert(I2F, 0);
        long p = Memory.PANEL + ((j >> 1) * 32 + (j & 1) * 4) * Panel.STEP + vector * (long) Lanes.BYTES;
        for (int u = 0; u < 4; u++) {
            IntVector x = IntVector.fromMemorySegment(I, w, w0 + PackCodes256.CODES + j * 256L + u * 64L, Lanes.LE);
            for (int i = 3; i >= 0; i--) {
                ((FloatVector) x.lanewise(ASHR, 24).convert(I2F, 0)).mul(scale)
                        .intoMemorySegment(panel, p + (8 * i + u) * Panel.STEP, Lanes.LE);
                x = x.lanewise(LSHL, 8);
            }
        }
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        float[] floats = scratch.floats();
        int at = Rows.floatsAt(row);
        Tile.sums(scratch.bytes(), floats, at, rows, 32);
        Fold.superBlock(floats, at, outAt, rows, 0);
        Fold.superBlock(floats, at, outAt, rows, 1);
        if (mins) {
            Fold.superBlockMins(floats, at, outAt, rows, 0);
            Fold.superBlockMins(floats, at, outAt, rows, 1);
        }
    }
}
