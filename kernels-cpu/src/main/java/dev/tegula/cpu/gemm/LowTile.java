package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The register tile of 4 activation rows, for what is left beside {@link TallTile}. */
final class LowTile {
    static final int ROWS = 4;

    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final long VB = Lanes.BYTES;
    private static final int R = Rows.FLOATS;

    private LowTile() {}

    /** {@link Tile#sums} of 4 rows. */
    static void sums(MemorySegment p, float[] f, int at, int length) {
        for (int b = 0; b < Rows.LENGTH / length; b++) {
            int a = at + b * length;
            long w = Memory.PANEL + b * length * Panel.STEP;
            FloatVector sa0 = FloatVector.zero(F);
            FloatVector sa1 = sa0;
            FloatVector sb0 = sa0;
            FloatVector sb1 = sa0;
            FloatVector sc0 = sa0;
            FloatVector sc1 = sa0;
            FloatVector sd0 = sa0;
            FloatVector sd1 = sa0;
            for (int q = 0; q < length; q++) {
                FloatVector w0 = FloatVector.fromMemorySegment(F, p, w + q * Panel.STEP, Lanes.LE);
                FloatVector w1 = FloatVector.fromMemorySegment(F, p, w + q * Panel.STEP + VB, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, f[a + q]);
                sa0 = w0.fma(x, sa0);
                sa1 = w1.fma(x, sa1);
                x = FloatVector.broadcast(F, f[a + q + R]);
                sb0 = w0.fma(x, sb0);
                sb1 = w1.fma(x, sb1);
                x = FloatVector.broadcast(F, f[a + q + 2 * R]);
                sc0 = w0.fma(x, sc0);
                sc1 = w1.fma(x, sc1);
                x = FloatVector.broadcast(F, f[a + q + 3 * R]);
                sd0 = w0.fma(x, sd0);
                sd1 = w1.fma(x, sd1);
            }
            int t = Memory.SUMS + b * Tile.SUMS;
            sa0.intoArray(f, t);
            sa1.intoArray(f, t + V);
            sb0.intoArray(f, t + 2 * V);
            sb1.intoArray(f, t + 3 * V);
            sc0.intoArray(f, t + 4 * V);
            sc1.intoArray(f, t + 5 * V);
            sd0.intoArray(f, t + 6 * V);
            sd1.intoArray(f, t + 7 * V);
        }
    }

    /** {@link Tile#floats} of 4 rows. */
    static void floats(MemorySegment p, float[] f, int at, int outAt) {
        FloatVector sa0 = FloatVector.fromArray(F, f, outAt);
        FloatVector sa1 = FloatVector.fromArray(F, f, outAt + V);
        FloatVector sb0 = FloatVector.fromArray(F, f, outAt + 2 * V);
        FloatVector sb1 = FloatVector.fromArray(F, f, outAt + 3 * V);
        FloatVector sc0 = FloatVector.fromArray(F, f, outAt + 4 * V);
        FloatVector sc1 = FloatVector.fromArray(F, f, outAt + 5 * V);
        FloatVector sd0 = FloatVector.fromArray(F, f, outAt + 6 * V);
        FloatVector sd1 = FloatVector.fromArray(F, f, outAt + 7 * V);
        for (int q = 0; q < Rows.LENGTH; q++) {
            FloatVector w0 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP, Lanes.LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP + VB, Lanes.LE);
            FloatVector x = FloatVector.broadcast(F, f[at + q]);
            sa0 = w0.fma(x, sa0);
            sa1 = w1.fma(x, sa1);
            x = FloatVector.broadcast(F, f[at + q + R]);
            sb0 = w0.fma(x, sb0);
            sb1 = w1.fma(x, sb1);
            x = FloatVector.broadcast(F, f[at + q + 2 * R]);
            sc0 = w0.fma(x, sc0);
            sc1 = w1.fma(x, sc1);
            x = FloatVector.broadcast(F, f[at + q + 3 * R]);
            sd0 = w0.fma(x, sd0);
            sd1 = w1.fma(x, sd1);
        }
        sa0.intoArray(f, outAt);
        sa1.intoArray(f, outAt + V);
        sb0.intoArray(f, outAt + 2 * V);
        sb1.intoArray(f, outAt + 3 * V);
        sc0.intoArray(f, outAt + 4 * V);
        sc1.intoArray(f, outAt + 5 * V);
        sd0.intoArray(f, outAt + 6 * V);
        sd1.intoArray(f, outAt + 7 * V);
    }
}
