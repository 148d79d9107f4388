package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of 12 activation rows times the two vectors of weight rows of a {@link Panel}: 24 sums, the two weights
 * and what is broadcast fit 32 registers, and a step's 24 multiply-adds hide its 14 loads. Where there are 16 registers,
 * some sums are in the first-level cache: with AVX2 only, tiles of 4, 6, 8 and 12 rows ran within a tenth of one another.
 */
final class TallTile {
    static final int ROWS = 12;

    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final long VB = Lanes.BYTES;
    private static final int R = Rows.FLOATS;

    private TallTile() {}

    /** {@link Tile#sums} of 12 rows. */
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
            FloatVector se0 = sa0;
            FloatVector se1 = sa0;
            FloatVector sf0 = sa0;
            FloatVector sf1 = sa0;
            FloatVector sg0 = sa0;
            FloatVector sg1 = sa0;
            FloatVector sh0 = sa0;
            FloatVector sh1 = sa0;
            FloatVector si0 = sa0;
            FloatVector si1 = sa0;
            FloatVector sj0 = sa0;
            FloatVector sj1 = sa0;
            FloatVector sk0 = sa0;
            FloatVector sk1 = sa0;
            FloatVector sl0 = sa0;
            FloatVector sl1 = sa0;
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
                x = FloatVector.broadcast(F, f[a + q + 4 * R]);
                se0 = w0.fma(x, se0);
                se1 = w1.fma(x, se1);
                x = FloatVector.broadcast(F, f[a + q + 5 * R]);
                sf0 = w0.fma(x, sf0);
                sf1 = w1.fma(x, sf1);
                x = FloatVector.broadcast(F, f[a + q + 6 * R]);
                sg0 = w0.fma(x, sg0);
                sg1 = w1.fma(x, sg1);
                x = FloatVector.broadcast(F, f[a + q + 7 * R]);
                sh0 = w0.fma(x, sh0);
                sh1 = w1.fma(x, sh1);
                x = FloatVector.broadcast(F, f[a + q + 8 * R]);
                si0 = w0.fma(x, si0);
                si1 = w1.fma(x, si1);
                x = FloatVector.broadcast(F, f[a + q + 9 * R]);
                sj0 = w0.fma(x, sj0);
                sj1 = w1.fma(x, sj1);
                x = FloatVector.broadcast(F, f[a + q + 10 * R]);
                sk0 = w0.fma(x, sk0);
                sk1 = w1.fma(x, sk1);
                x = FloatVector.broadcast(F, f[a + q + 11 * R]);
                sl0 = w0.fma(x, sl0);
                sl1 = w1.fma(x, sl1);
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
            se0.intoArray(f, t + 8 * V);
            se1.intoArray(f, t + 9 * V);
            sf0.intoArray(f, t + 10 * V);
            sf1.intoArray(f, t + 11 * V);
            sg0.intoArray(f, t + 12 * V);
            sg1.intoArray(f, t + 13 * V);
            sh0.intoArray(f, t + 14 * V);
            sh1.intoArray(f, t + 15 * V);
            si0.intoArray(f, t + 16 * V);
            si1.intoArray(f, t + 17 * V);
            sj0.intoArray(f, t + 18 * V);
            sj1.intoArray(f, t + 19 * V);
            sk0.intoArray(f, t + 20 * V);
            sk1.intoArray(f, t + 21 * V);
            sl0.intoArray(f, t + 22 * V);
            sl1.intoArray(f, t + 23 * V);
        }
    }

    /**
     * Sums of blocks of 32 as in {@link #sums}, added to the outputs while they are in registers:
     * {@code c = fma(isum, dW * dA, c)} for each of 8 blocks in order, as {@link Fold#blocks} does.
     */
    static void blocks(MemorySegment p, float[] f, int at, int outAt) {
        for (int b = 0; b < 8; b++) {
            int a = at + b * 32;
            long w = Memory.PANEL + b * 32 * Panel.STEP;
            FloatVector sa0 = FloatVector.zero(F);
            FloatVector sa1 = sa0;
            FloatVector sb0 = sa0;
            FloatVector sb1 = sa0;
            FloatVector sc0 = sa0;
            FloatVector sc1 = sa0;
            FloatVector sd0 = sa0;
            FloatVector sd1 = sa0;
            FloatVector se0 = sa0;
            FloatVector se1 = sa0;
            FloatVector sf0 = sa0;
            FloatVector sf1 = sa0;
            FloatVector sg0 = sa0;
            FloatVector sg1 = sa0;
            FloatVector sh0 = sa0;
            FloatVector sh1 = sa0;
            FloatVector si0 = sa0;
            FloatVector si1 = sa0;
            FloatVector sj0 = sa0;
            FloatVector sj1 = sa0;
            FloatVector sk0 = sa0;
            FloatVector sk1 = sa0;
            FloatVector sl0 = sa0;
            FloatVector sl1 = sa0;
            for (int q = 0; q < 32; q++) {
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
                x = FloatVector.broadcast(F, f[a + q + 4 * R]);
                se0 = w0.fma(x, se0);
                se1 = w1.fma(x, se1);
                x = FloatVector.broadcast(F, f[a + q + 5 * R]);
                sf0 = w0.fma(x, sf0);
                sf1 = w1.fma(x, sf1);
                x = FloatVector.broadcast(F, f[a + q + 6 * R]);
                sg0 = w0.fma(x, sg0);
                sg1 = w1.fma(x, sg1);
                x = FloatVector.broadcast(F, f[a + q + 7 * R]);
                sh0 = w0.fma(x, sh0);
                sh1 = w1.fma(x, sh1);
                x = FloatVector.broadcast(F, f[a + q + 8 * R]);
                si0 = w0.fma(x, si0);
                si1 = w1.fma(x, si1);
                x = FloatVector.broadcast(F, f[a + q + 9 * R]);
                sj0 = w0.fma(x, sj0);
                sj1 = w1.fma(x, sj1);
                x = FloatVector.broadcast(F, f[a + q + 10 * R]);
                sk0 = w0.fma(x, sk0);
                sk1 = w1.fma(x, sk1);
                x = FloatVector.broadcast(F, f[a + q + 11 * R]);
                sl0 = w0.fma(x, sl0);
                sl1 = w1.fma(x, sl1);
            }
            int d = Panel.SCALES + b * Tile.STEP;
            FloatVector d0 = FloatVector.fromArray(F, f, d);
            FloatVector d1 = FloatVector.fromArray(F, f, d + V);
            int scale = at + Rows.SCALES + b;
            FloatVector dA = FloatVector.broadcast(F, f[scale]);
            sa0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt)).intoArray(f, outAt);
            sa1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + V)).intoArray(f, outAt + V);
            dA = FloatVector.broadcast(F, f[scale + R]);
            sb0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 2 * V)).intoArray(f, outAt + 2 * V);
            sb1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 3 * V)).intoArray(f, outAt + 3 * V);
            dA = FloatVector.broadcast(F, f[scale + 2 * R]);
            sc0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 4 * V)).intoArray(f, outAt + 4 * V);
            sc1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 5 * V)).intoArray(f, outAt + 5 * V);
            dA = FloatVector.broadcast(F, f[scale + 3 * R]);
            sd0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 6 * V)).intoArray(f, outAt + 6 * V);
            sd1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 7 * V)).intoArray(f, outAt + 7 * V);
            dA = FloatVector.broadcast(F, f[scale + 4 * R]);
            se0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 8 * V)).intoArray(f, outAt + 8 * V);
            se1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 9 * V)).intoArray(f, outAt + 9 * V);
            dA = FloatVector.broadcast(F, f[scale + 5 * R]);
            sf0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 10 * V)).intoArray(f, outAt + 10 * V);
            sf1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 11 * V)).intoArray(f, outAt + 11 * V);
            dA = FloatVector.broadcast(F, f[scale + 6 * R]);
            sg0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 12 * V)).intoArray(f, outAt + 12 * V);
            sg1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 13 * V)).intoArray(f, outAt + 13 * V);
            dA = FloatVector.broadcast(F, f[scale + 7 * R]);
            sh0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 14 * V)).intoArray(f, outAt + 14 * V);
            sh1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 15 * V)).intoArray(f, outAt + 15 * V);
            dA = FloatVector.broadcast(F, f[scale + 8 * R]);
            si0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 16 * V)).intoArray(f, outAt + 16 * V);
            si1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 17 * V)).intoArray(f, outAt + 17 * V);
            dA = FloatVector.broadcast(F, f[scale + 9 * R]);
            sj0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 18 * V)).intoArray(f, outAt + 18 * V);
            sj1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 19 * V)).intoArray(f, outAt + 19 * V);
            dA = FloatVector.broadcast(F, f[scale + 10 * R]);
            sk0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 20 * V)).intoArray(f, outAt + 20 * V);
            sk1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 21 * V)).intoArray(f, outAt + 21 * V);
            dA = FloatVector.broadcast(F, f[scale + 11 * R]);
            sl0.fma(d0.mul(dA), FloatVector.fromArray(F, f, outAt + 22 * V)).intoArray(f, outAt + 22 * V);
            sl1.fma(d1.mul(dA), FloatVector.fromArray(F, f, outAt + 23 * V)).intoArray(f, outAt + 23 * V);
        }
    }

    /** {@link Tile#floats} of 12 rows. */
    static void floats(MemorySegment p, float[] f, int at, int outAt) {
        FloatVector sa0 = FloatVector.fromArray(F, f, outAt);
        FloatVector sa1 = FloatVector.fromArray(F, f, outAt + V);
        FloatVector sb0 = FloatVector.fromArray(F, f, outAt + 2 * V);
        FloatVector sb1 = FloatVector.fromArray(F, f, outAt + 3 * V);
        FloatVector sc0 = FloatVector.fromArray(F, f, outAt + 4 * V);
        FloatVector sc1 = FloatVector.fromArray(F, f, outAt + 5 * V);
        FloatVector sd0 = FloatVector.fromArray(F, f, outAt + 6 * V);
        FloatVector sd1 = FloatVector.fromArray(F, f, outAt + 7 * V);
        FloatVector se0 = FloatVector.fromArray(F, f, outAt + 8 * V);
        FloatVector se1 = FloatVector.fromArray(F, f, outAt + 9 * V);
        FloatVector sf0 = FloatVector.fromArray(F, f, outAt + 10 * V);
        FloatVector sf1 = FloatVector.fromArray(F, f, outAt + 11 * V);
        FloatVector sg0 = FloatVector.fromArray(F, f, outAt + 12 * V);
        FloatVector sg1 = FloatVector.fromArray(F, f, outAt + 13 * V);
        FloatVector sh0 = FloatVector.fromArray(F, f, outAt + 14 * V);
        FloatVector sh1 = FloatVector.fromArray(F, f, outAt + 15 * V);
        FloatVector si0 = FloatVector.fromArray(F, f, outAt + 16 * V);
        FloatVector si1 = FloatVector.fromArray(F, f, outAt + 17 * V);
        FloatVector sj0 = FloatVector.fromArray(F, f, outAt + 18 * V);
        FloatVector sj1 = FloatVector.fromArray(F, f, outAt + 19 * V);
        FloatVector sk0 = FloatVector.fromArray(F, f, outAt + 20 * V);
        FloatVector sk1 = FloatVector.fromArray(F, f, outAt + 21 * V);
        FloatVector sl0 = FloatVector.fromArray(F, f, outAt + 22 * V);
        FloatVector sl1 = FloatVector.fromArray(F, f, outAt + 23 * V);
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
            x = FloatVector.broadcast(F, f[at + q + 4 * R]);
            se0 = w0.fma(x, se0);
            se1 = w1.fma(x, se1);
            x = FloatVector.broadcast(F, f[at + q + 5 * R]);
            sf0 = w0.fma(x, sf0);
            sf1 = w1.fma(x, sf1);
            x = FloatVector.broadcast(F, f[at + q + 6 * R]);
            sg0 = w0.fma(x, sg0);
            sg1 = w1.fma(x, sg1);
            x = FloatVector.broadcast(F, f[at + q + 7 * R]);
            sh0 = w0.fma(x, sh0);
            sh1 = w1.fma(x, sh1);
            x = FloatVector.broadcast(F, f[at + q + 8 * R]);
            si0 = w0.fma(x, si0);
            si1 = w1.fma(x, si1);
            x = FloatVector.broadcast(F, f[at + q + 9 * R]);
            sj0 = w0.fma(x, sj0);
            sj1 = w1.fma(x, sj1);
            x = FloatVector.broadcast(F, f[at + q + 10 * R]);
            sk0 = w0.fma(x, sk0);
            sk1 = w1.fma(x, sk1);
            x = FloatVector.broadcast(F, f[at + q + 11 * R]);
            sl0 = w0.fma(x, sl0);
            sl1 = w1.fma(x, sl1);
        }
        sa0.intoArray(f, outAt);
        sa1.intoArray(f, outAt + V);
        sb0.intoArray(f, outAt + 2 * V);
        sb1.intoArray(f, outAt + 3 * V);
        sc0.intoArray(f, outAt + 4 * V);
        sc1.intoArray(f, outAt + 5 * V);
        sd0.intoArray(f, outAt + 6 * V);
        sd1.intoArray(f, outAt + 7 * V);
        se0.intoArray(f, outAt + 8 * V);
        se1.intoArray(f, outAt + 9 * V);
        sf0.intoArray(f, outAt + 10 * V);
        sf1.intoArray(f, outAt + 11 * V);
        sg0.intoArray(f, outAt + 12 * V);
        sg1.intoArray(f, outAt + 13 * V);
        sh0.intoArray(f, outAt + 14 * V);
        sh1.intoArray(f, outAt + 15 * V);
        si0.intoArray(f, outAt + 16 * V);
        si1.intoArray(f, outAt + 17 * V);
        sj0.intoArray(f, outAt + 18 * V);
        sj1.intoArray(f, outAt + 19 * V);
        sk0.intoArray(f, outAt + 20 * V);
        sk1.intoArray(f, outAt + 21 * V);
        sl0.intoArray(f, outAt + 22 * V);
        sl1.intoArray(f, outAt + 23 * V);
    }
}
