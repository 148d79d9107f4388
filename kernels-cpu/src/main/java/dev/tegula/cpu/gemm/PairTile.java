package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A register tile in int16, for weights of few bits: some activation rows, as pairs records of {@link Rows}, times the two
 * vectors of weight rows of a {@link Panel} of pairs. A product and a sum take two instructions for twice the lanes of an F32
 * tile's one, of which most CPUs run more at a time.
 *
 * <p>One loop goes through all blocks and stores the sums at the end of each: a loop per block would be begun and left more
 * often than it runs.
 */
final class PairTile {
    static final int TALL = 8;
    /** Ints from block to block in the sums. */
    static final int SUMS = TALL * Tile.STEP;

    private static final int LOW = 4;
    private static final VectorSpecies<Short> S = Lanes.I16;
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int V = Lanes.COUNT;
    private static final long VB = Lanes.BYTES;
    private static final int R = Rows.PAIRS;

    private PairTile() {}

    /** Rows of the tile to take next where so many are left, a multiple of 4. AVX2 has too few registers for the tall one. */
    static int rows(int left) {
        return left >= TALL && V == 16 ? TALL : LOW;
    }

    /**
     * Sums of products over blocks along k, {@code sums[block][row][vector]}, two int16 to a lane, to
     * {@link Memory#INT_SUMS}. Exact where every partial sum of an int16 is below 2^15.
     *
     * @param p holds the panel
     * @param at pairs records of the rows in {@code n}
     * @param rows what {@link #rows} says
     * @param length pairs of a block: 8, 16, 32, 64 or 128
     */
    static void sums(MemorySegment p, int[] n, int at, int rows, int length) {
        if (rows == TALL) {
            tall(p, n, at, length);
        } else {
            low(p, n, at, length);
        }
    }

    private static void tall(MemorySegment p, int[] n, int at, int length) {
        ShortVector sa0 = ShortVector.zero(S);
        ShortVector sa1 = sa0;
        ShortVector sb0 = sa0;
        ShortVector sb1 = sa0;
        ShortVector sc0 = sa0;
        ShortVector sc1 = sa0;
        ShortVector sd0 = sa0;
        ShortVector sd1 = sa0;
        ShortVector se0 = sa0;
        ShortVector se1 = sa0;
        ShortVector sf0 = sa0;
        ShortVector sf1 = sa0;
        ShortVector sg0 = sa0;
        ShortVector sg1 = sa0;
        ShortVector sh0 = sa0;
        ShortVector sh1 = sa0;
        int t = Memory.INT_SUMS;
        for (int q = 0; q < Panel.PAIRS; q++) {
            ShortVector w0 = ShortVector.fromMemorySegment(S, p, Memory.PANEL + q * Panel.STEP, Lanes.LE);
            ShortVector w1 = ShortVector.fromMemorySegment(S, p, Memory.PANEL + q * Panel.STEP + VB, Lanes.LE);
            ShortVector x = IntVector.broadcast(I, n[at + q]).reinterpretAsShorts();
            sa0 = w0.mul(x).add(sa0);
            sa1 = w1.mul(x).add(sa1);
            x = IntVector.broadcast(I, n[at + q + R]).reinterpretAsShorts();
            sb0 = w0.mul(x).add(sb0);
            sb1 = w1.mul(x).add(sb1);
            x = IntVector.broadcast(I, n[at + q + 2 * R]).reinterpretAsShorts();
            sc0 = w0.mul(x).add(sc0);
            sc1 = w1.mul(x).add(sc1);
            x = IntVector.broadcast(I, n[at + q + 3 * R]).reinterpretAsShorts();
            sd0 = w0.mul(x).add(sd0);
            sd1 = w1.mul(x).add(sd1);
            x = IntVector.broadcast(I, n[at + q + 4 * R]).reinterpretAsShorts();
            se0 = w0.mul(x).add(se0);
            se1 = w1.mul(x).add(se1);
            x = IntVector.broadcast(I, n[at + q + 5 * R]).reinterpretAsShorts();
            sf0 = w0.mul(x).add(sf0);
            sf1 = w1.mul(x).add(sf1);
            x = IntVector.broadcast(I, n[at + q + 6 * R]).reinterpretAsShorts();
            sg0 = w0.mul(x).add(sg0);
            sg1 = w1.mul(x).add(sg1);
            x = IntVector.broadcast(I, n[at + q + 7 * R]).reinterpretAsShorts();
            sh0 = w0.mul(x).add(sh0);
            sh1 = w1.mul(x).add(sh1);
            if ((q & length - 1) == length - 1) {
                sa0.reinterpretAsInts().intoArray(n, t);
                sa1.reinterpretAsInts().intoArray(n, t + V);
                sb0.reinterpretAsInts().intoArray(n, t + 2 * V);
                sb1.reinterpretAsInts().intoArray(n, t + 3 * V);
                sc0.reinterpretAsInts().intoArray(n, t + 4 * V);
                sc1.reinterpretAsInts().intoArray(n, t + 5 * V);
                sd0.reinterpretAsInts().intoArray(n, t + 6 * V);
                sd1.reinterpretAsInts().intoArray(n, t + 7 * V);
                se0.reinterpretAsInts().intoArray(n, t + 8 * V);
                se1.reinterpretAsInts().intoArray(n, t + 9 * V);
                sf0.reinterpretAsInts().intoArray(n, t + 10 * V);
                sf1.reinterpretAsInts().intoArray(n, t + 11 * V);
                sg0.reinterpretAsInts().intoArray(n, t + 12 * V);
                sg1.reinterpretAsInts().intoArray(n, t + 13 * V);
                sh0.reinterpretAsInts().intoArray(n, t + 14 * V);
                sh1.reinterpretAsInts().intoArray(n, t + 15 * V);
                t += SUMS;
                sa0 = ShortVector.zero(S);
                sa1 = sa0;
                sb0 = sa0;
                sb1 = sa0;
                sc0 = sa0;
                sc1 = sa0;
                sd0 = sa0;
                sd1 = sa0;
                se0 = sa0;
                se1 = sa0;
                sf0 = sa0;
                sf1 = sa0;
                sg0 = sa0;
                sg1 = sa0;
                sh0 = sa0;
                sh1 = sa0;
            }
        }
    }

    private static void low(MemorySegment p, int[] n, int at, int length) {
        ShortVector sa0 = ShortVector.zero(S);
        ShortVector sa1 = sa0;
        ShortVector sb0 = sa0;
        ShortVector sb1 = sa0;
        ShortVector sc0 = sa0;
        ShortVector sc1 = sa0;
        ShortVector sd0 = sa0;
        ShortVector sd1 = sa0;
        int t = Memory.INT_SUMS;
        for (int q = 0; q < Panel.PAIRS; q++) {
            ShortVector w0 = ShortVector.fromMemorySegment(S, p, Memory.PANEL + q * Panel.STEP, Lanes.LE);
            ShortVector w1 = ShortVector.fromMemorySegment(S, p, Memory.PANEL + q * Panel.STEP + VB, Lanes.LE);
            ShortVector x = IntVector.broadcast(I, n[at + q]).reinterpretAsShorts();
            sa0 = w0.mul(x).add(sa0);
            sa1 = w1.mul(x).add(sa1);
            x = IntVector.broadcast(I, n[at + q + R]).reinterpretAsShorts();
            sb0 = w0.mul(x).add(sb0);
            sb1 = w1.mul(x).add(sb1);
            x = IntVector.broadcast(I, n[at + q + 2 * R]).reinterpretAsShorts();
            sc0 = w0.mul(x).add(sc0);
            sc1 = w1.mul(x).add(sc1);
            x = IntVector.broadcast(I, n[at + q + 3 * R]).reinterpretAsShorts();
            sd0 = w0.mul(x).add(sd0);
            sd1 = w1.mul(x).add(sd1);
            if ((q & length - 1) == length - 1) {
                sa0.reinterpretAsInts().intoArray(n, t);
                sa1.reinterpretAsInts().intoArray(n, t + V);
                sb0.reinterpretAsInts().intoArray(n, t + 2 * V);
                sb1.reinterpretAsInts().intoArray(n, t + 3 * V);
                sc0.reinterpretAsInts().intoArray(n, t + 4 * V);
                sc1.reinterpretAsInts().intoArray(n, t + 5 * V);
                sd0.reinterpretAsInts().intoArray(n, t + 6 * V);
                sd1.reinterpretAsInts().intoArray(n, t + 7 * V);
                t += SUMS;
                sa0 = ShortVector.zero(S);
                sa1 = sa0;
                sb0 = sa0;
                sb1 = sa0;
                sc0 = sa0;
                sc1 = sa0;
                sd0 = sa0;
                sd1 = sa0;
            }
        }
    }
}
