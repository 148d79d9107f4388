package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The register tiles: 8 (or 4) activation rows times the two vectors of weight rows of a {@link Panel}. */
final class Tile {
    /** Activation rows of a tile. */
    static final int ROWS = 8;
    /** Outputs of a row of a tile: the lanes of two vectors. */
    static final int STEP = 2 * Lanes.COUNT;
    /** Activation rows of a tile of floats, whose sums start from the output. */
    static final int FLOAT_ROWS = 4;

    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final long VB = Lanes.BYTES;
    private static final int R = Rows.FLOATS;

    private Tile() {}

    /**
     * Sums of integer products over each block of 32, {@code sums[block][row][vector]}, to {@link Memory#SUMS}. Exact,
     * since all products are integers and every partial sum is below 2^24.
     *
     * @param p holds the panel and takes the sums
     * @param at float records of 8 rows in {@code f}
     */
    static void sums(MemorySegment p, float[] f, int at) {
        for (int b = 0; b < 8; b++) {
            int a = at + b * 32;
            long w = Memory.PANEL + b * 32 * Panel.STEP;
            FloatVector s00 = FloatVector.zero(F);
            FloatVector s01 = s00;
            FloatVector s10 = s00;
            FloatVector s11 = s00;
            FloatVector s20 = s00;
            FloatVector s21 = s00;
            FloatVector s30 = s00;
            FloatVector s31 = s00;
            FloatVector s40 = s00;
            FloatVector s41 = s00;
            FloatVector s50 = s00;
            FloatVector s51 = s00;
            FloatVector s60 = s00;
            FloatVector s61 = s00;
            FloatVector s70 = s00;
            FloatVector s71 = s00;
            for (int q = 0; q < 32; q++) {
                FloatVector w0 = FloatVector.fromMemorySegment(F, p, w + q * Panel.STEP, Lanes.LE);
                FloatVector w1 = FloatVector.fromMemorySegment(F, p, w + q * Panel.STEP + VB, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, f[a + q]);
                s00 = w0.fma(x, s00);
                s01 = w1.fma(x, s01);
                x = FloatVector.broadcast(F, f[a + q + R]);
                s10 = w0.fma(x, s10);
                s11 = w1.fma(x, s11);
                x = FloatVector.broadcast(F, f[a + q + 2 * R]);
                s20 = w0.fma(x, s20);
                s21 = w1.fma(x, s21);
                x = FloatVector.broadcast(F, f[a + q + 3 * R]);
                s30 = w0.fma(x, s30);
                s31 = w1.fma(x, s31);
                x = FloatVector.broadcast(F, f[a + q + 4 * R]);
                s40 = w0.fma(x, s40);
                s41 = w1.fma(x, s41);
                x = FloatVector.broadcast(F, f[a + q + 5 * R]);
                s50 = w0.fma(x, s50);
                s51 = w1.fma(x, s51);
                x = FloatVector.broadcast(F, f[a + q + 6 * R]);
                s60 = w0.fma(x, s60);
                s61 = w1.fma(x, s61);
                x = FloatVector.broadcast(F, f[a + q + 7 * R]);
                s70 = w0.fma(x, s70);
                s71 = w1.fma(x, s71);
            }
            long t = Memory.SUMS + b * ROWS * Panel.STEP;
            s00.intoMemorySegment(p, t, Lanes.LE);
            s01.intoMemorySegment(p, t + VB, Lanes.LE);
            s10.intoMemorySegment(p, t + 2 * VB, Lanes.LE);
            s11.intoMemorySegment(p, t + 3 * VB, Lanes.LE);
            s20.intoMemorySegment(p, t + 4 * VB, Lanes.LE);
            s21.intoMemorySegment(p, t + 5 * VB, Lanes.LE);
            s30.intoMemorySegment(p, t + 6 * VB, Lanes.LE);
            s31.intoMemorySegment(p, t + 7 * VB, Lanes.LE);
            s40.intoMemorySegment(p, t + 8 * VB, Lanes.LE);
            s41.intoMemorySegment(p, t + 9 * VB, Lanes.LE);
            s50.intoMemorySegment(p, t + 10 * VB, Lanes.LE);
            s51.intoMemorySegment(p, t + 11 * VB, Lanes.LE);
            s60.intoMemorySegment(p, t + 12 * VB, Lanes.LE);
            s61.intoMemorySegment(p, t + 13 * VB, Lanes.LE);
            s70.intoMemorySegment(p, t + 14 * VB, Lanes.LE);
            s71.intoMemorySegment(p, t + 15 * VB, Lanes.LE);
        }
    }

    /** Adds 256 products to each of the outputs {@code c[row][vector]} of 4 rows, in the order of k. */
    static void floats(MemorySegment p, float[] f, int at, int outAt) {
        FloatVector s00 = FloatVector.fromArray(F, f, outAt);
        FloatVector s01 = FloatVector.fromArray(F, f, outAt + V);
        FloatVector s10 = FloatVector.fromArray(F, f, outAt + 2 * V);
        FloatVector s11 = FloatVector.fromArray(F, f, outAt + 3 * V);
        FloatVector s20 = FloatVector.fromArray(F, f, outAt + 4 * V);
        FloatVector s21 = FloatVector.fromArray(F, f, outAt + 5 * V);
        FloatVector s30 = FloatVector.fromArray(F, f, outAt + 6 * V);
        FloatVector s31 = FloatVector.fromArray(F, f, outAt + 7 * V);
        for (int q = 0; q < Rows.LENGTH; q++) {
            FloatVector w0 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP, Lanes.LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP + VB, Lanes.LE);
            FloatVector x = FloatVector.broadcast(F, f[at + q]);
            s00 = w0.fma(x, s00);
            s01 = w1.fma(x, s01);
            x = FloatVector.broadcast(F, f[at + q + R]);
            s10 = w0.fma(x, s10);
            s11 = w1.fma(x, s11);
            x = FloatVector.broadcast(F, f[at + q + 2 * R]);
            s20 = w0.fma(x, s20);
            s21 = w1.fma(x, s21);
            x = FloatVector.broadcast(F, f[at + q + 3 * R]);
            s30 = w0.fma(x, s30);
            s31 = w1.fma(x, s31);
        }
        s00.intoArray(f, outAt);
        s01.intoArray(f, outAt + V);
        s10.intoArray(f, outAt + 2 * V);
        s11.intoArray(f, outAt + 3 * V);
        s20.intoArray(f, outAt + 4 * V);
        s21.intoArray(f, outAt + 5 * V);
        s30.intoArray(f, outAt + 6 * V);
        s31.intoArray(f, outAt + 7 * V);
    }
}
