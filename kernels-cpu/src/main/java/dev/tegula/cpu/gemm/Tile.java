package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles: 8 (or 4) activation rows times the two vectors of weight rows of a {@link Panel}.
 *
 * <p>All memory is sliced to constant lengths first, so that the compiler proves every access in range and the loops keep
 * no checks. Folding the sums into the output is left to {@link Fold}: a method with more memory accesses than this is
 * more than the first compiler can take, and would then never be compiled well.
 */
final class Tile {
    /** Activation rows of a tile. */
    static final int ROWS = 8;
    /** Activation rows of a tile of floats, whose sums start from the output and so take more of the compiler. */
    static final int FLOAT_ROWS = 4;
    /** Bytes of the sums of a tile, at any width. */
    static final long MAX_SUM_BYTES = 8 * 2 * ROWS * 64;

    /** Where the sums are in the scratch memory: behind the panel. */
    static final long SUMS = Panel.AT + Panel.MAX_BYTES;
    /** Bytes of 8 sums of 32 products for two vectors in 8 rows. */
    static final long SUM_BYTES = 8 * ROWS * Panel.STEP;

    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final long V = Lanes.BYTES;
    private static final long A = Rows.FLOAT_BYTES;

    private Tile() {}

    /**
     * Sums of integer products over each block of 32: {@code sums[block][row][vector]}. Exact, since all products are
     * integers and every partial sum is below 2^24.
     *
     * @param scratch holds float records of 8 rows from {@code at} on, the panel and the sums
     */
    static void sums(MemorySegment scratch, long at) {
        for (int b = 0; b < 8; b++) {
            MemorySegment a = scratch.asSlice(at + b * 128L, (ROWS - 1) * A + 128);
            MemorySegment w = scratch.asSlice(Panel.AT + b * 32 * Panel.STEP, 32 * Panel.STEP);
            MemorySegment t = scratch.asSlice(SUMS + b * ROWS * Panel.STEP, ROWS * Panel.STEP);
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
                long wo = q * (2 * V);
                long ao = q * 4L;
                FloatVector w0 = FloatVector.fromMemorySegment(F, w, wo, Lanes.LE);
                FloatVector w1 = FloatVector.fromMemorySegment(F, w, wo + V, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao));
                s00 = w0.fma(x, s00);
                s01 = w1.fma(x, s01);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + A));
                s10 = w0.fma(x, s10);
                s11 = w1.fma(x, s11);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 2 * A));
                s20 = w0.fma(x, s20);
                s21 = w1.fma(x, s21);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 3 * A));
                s30 = w0.fma(x, s30);
                s31 = w1.fma(x, s31);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 4 * A));
                s40 = w0.fma(x, s40);
                s41 = w1.fma(x, s41);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 5 * A));
                s50 = w0.fma(x, s50);
                s51 = w1.fma(x, s51);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 6 * A));
                s60 = w0.fma(x, s60);
                s61 = w1.fma(x, s61);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 7 * A));
                s70 = w0.fma(x, s70);
                s71 = w1.fma(x, s71);
            }
            s00.intoMemorySegment(t, 0, Lanes.LE);
            s01.intoMemorySegment(t, V, Lanes.LE);
            s10.intoMemorySegment(t, 2 * V, Lanes.LE);
            s11.intoMemorySegment(t, 3 * V, Lanes.LE);
            s20.intoMemorySegment(t, 4 * V, Lanes.LE);
            s21.intoMemorySegment(t, 5 * V, Lanes.LE);
            s30.intoMemorySegment(t, 6 * V, Lanes.LE);
            s31.intoMemorySegment(t, 7 * V, Lanes.LE);
            s40.intoMemorySegment(t, 8 * V, Lanes.LE);
            s41.intoMemorySegment(t, 9 * V, Lanes.LE);
            s50.intoMemorySegment(t, 10 * V, Lanes.LE);
            s51.intoMemorySegment(t, 11 * V, Lanes.LE);
            s60.intoMemorySegment(t, 12 * V, Lanes.LE);
            s61.intoMemorySegment(t, 13 * V, Lanes.LE);
            s70.intoMemorySegment(t, 14 * V, Lanes.LE);
            s71.intoMemorySegment(t, 15 * V, Lanes.LE);
        }
    }

    /** Adds 256 products to each of the outputs {@code c[row][vector]} of 4 rows, in the order of k. */
    static void floats(MemorySegment scratch, long at, long outAt) {
        MemorySegment a = scratch.asSlice(at, FLOAT_ROWS * A);
        MemorySegment w = scratch.asSlice(Panel.AT, Panel.ELEMENT_BYTES);
        MemorySegment c = scratch.asSlice(outAt, FLOAT_ROWS * Panel.STEP);
        FloatVector s00 = FloatVector.fromMemorySegment(F, c, 0, Lanes.LE);
        FloatVector s01 = FloatVector.fromMemorySegment(F, c, V, Lanes.LE);
        FloatVector s10 = FloatVector.fromMemorySegment(F, c, 2 * V, Lanes.LE);
        FloatVector s11 = FloatVector.fromMemorySegment(F, c, 3 * V, Lanes.LE);
        FloatVector s20 = FloatVector.fromMemorySegment(F, c, 4 * V, Lanes.LE);
        FloatVector s21 = FloatVector.fromMemorySegment(F, c, 5 * V, Lanes.LE);
        FloatVector s30 = FloatVector.fromMemorySegment(F, c, 6 * V, Lanes.LE);
        FloatVector s31 = FloatVector.fromMemorySegment(F, c, 7 * V, Lanes.LE);
        for (int q = 0; q < Rows.LENGTH; q++) {
            long wo = q * (2 * V);
            long ao = q * 4L;
            FloatVector w0 = FloatVector.fromMemorySegment(F, w, wo, Lanes.LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, w, wo + V, Lanes.LE);
            FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao));
            s00 = w0.fma(x, s00);
            s01 = w1.fma(x, s01);
            x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + A));
            s10 = w0.fma(x, s10);
            s11 = w1.fma(x, s11);
            x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 2 * A));
            s20 = w0.fma(x, s20);
            s21 = w1.fma(x, s21);
            x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, ao + 3 * A));
            s30 = w0.fma(x, s30);
            s31 = w1.fma(x, s31);
        }
        s00.intoMemorySegment(c, 0, Lanes.LE);
        s01.intoMemorySegment(c, V, Lanes.LE);
        s10.intoMemorySegment(c, 2 * V, Lanes.LE);
        s11.intoMemorySegment(c, 3 * V, Lanes.LE);
        s20.intoMemorySegment(c, 4 * V, Lanes.LE);
        s21.intoMemorySegment(c, 5 * V, Lanes.LE);
        s30.intoMemorySegment(c, 6 * V, Lanes.LE);
        s31.intoMemorySegment(c, 7 * V, Lanes.LE);
    }
}
