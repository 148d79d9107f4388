package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a plane of 1, 2, 4 or 8 bits ({@link dev.tegula.tile.PackFields}) with a row of activations: a plane is multiplied
 * as if it were a format of its own, and its sums are shifted by the bits below it and added. All is exact in integers.
 */
final class PlaneSums {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int V = Lanes.COUNT;
    /** The lowest field of both int16 in a lane. */
    private static final int TWO = 0x00030003;
    private static final int ONE = 0x00010001;

    private PlaneSums() {}

    /**
     * Sums of blocks of one vector of rows, {@code isum << at} for each, to {@link Memory#INT_TOTALS}, or added to what is there
     * unless {@code at} is 0.
     *
     * @param codes offset of the plane's first word in the first block
     * @param step bytes from block to block
     * @param width bits of the plane
     * @param at bits of the codes below it
     */
    static void add(MemorySegment w, long codes, long step, int blocks, int width, int at, int[] n, int record,
            int vector) {
        switch (width) {
            case 8 -> {
                MicroQ80.sums(w, codes, 2 * step, 2 * blocks, n, record, vector);
                whole(n, blocks, vector);
                return;
            }
            case 4 -> MicroQ40.sums(w, codes, step, 2 * step, blocks, n, record, vector);
            case 2 -> two(w, codes, step, blocks, n, record, vector);
            default -> one(w, codes, step, blocks, n, record, vector);
        }
        if (at == 0) {
            first(n, blocks, vector);
        } else {
            next(n, blocks, vector, at);
        }
    }

    /** The sums of a plane of 2 bits, two int16 to a lane, to {@link Memory#INT_SUMS}. */
    private static void two(MemorySegment w, long at, long step, int blocks, int[] n, int record, int vector) {
        for (int b = 0; b < blocks; b++) {
            int a = record + b * Rows.PAIRS32;
            IntVector x = IntVector.fromMemorySegment(I, w, at + b * step, Lanes.LE);
            ShortVector s = x.and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 0]).reinterpretAsShorts());
            s = s.add(x.lanewise(LSHR, 8)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 2)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 2]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 10)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 10]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 4]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 12]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 6)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 6]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 14)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 14]).reinterpretAsShorts()));
            x = IntVector.fromMemorySegment(I, w, at + b * step + 64, Lanes.LE);
            s = s.add(x.and(TWO).reinterpretAsShorts().mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 8)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 2)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 3]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 10)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 11]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 5]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 13]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 6)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 7]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 14)
                    .and(TWO)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 15]).reinterpretAsShorts()));
            s.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + b * Tile.STEP + vector * V);
        }
    }

    /** The same of a plane of 1 bit. */
    private static void one(MemorySegment w, long at, long step, int blocks, int[] n, int record, int vector) {
        for (int b = 0; b < blocks; b++) {
            int a = record + b * Rows.PAIRS32;
            IntVector x = IntVector.fromMemorySegment(I, w, at + b * step, Lanes.LE);
            ShortVector s = x.and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 0]).reinterpretAsShorts());
            s = s.add(x.lanewise(LSHR, 8)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 8]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 1)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 1]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 9)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 9]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 2)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 2]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 10)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 10]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 3)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 3]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 11)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 11]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 4)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 4]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 12)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 12]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 5)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 5]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 13)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 13]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 6)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 6]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 14)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 14]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 7)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 7]).reinterpretAsShorts()));
            s = s.add(x.lanewise(LSHR, 15)
                    .and(ONE)
                    .reinterpretAsShorts()
                    .mul(IntVector.broadcast(I, n[a + 15]).reinterpretAsShorts()));
            s.reinterpretAsInts().intoArray(n, Memory.INT_SUMS + b * Tile.STEP + vector * V);
        }
    }

    /** Two sums in int32 of each block. */
    private static void whole(int[] n, int blocks, int vector) {
        for (int b = 0; b < blocks; b++) {
            int t = Memory.INT_SUMS + 2 * b * Tile.STEP + vector * V;
            IntVector.fromArray(I, n, t)
                    .add(IntVector.fromArray(I, n, t + Tile.STEP))
                    .intoArray(n, Memory.INT_TOTALS + b * V);
        }
    }

    /** Two sums in int16 of each block. */
    private static void first(int[] n, int blocks, int vector) {
        for (int b = 0; b < blocks; b++) {
            IntVector s = IntVector.fromArray(I, n, Memory.INT_SUMS + b * Tile.STEP + vector * V);
            s.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(s.lanewise(ASHR, 16))
                    .intoArray(n, Memory.INT_TOTALS + b * V);
        }
    }

    private static void next(int[] n, int blocks, int vector, int at) {
        for (int b = 0; b < blocks; b++) {
            IntVector s = IntVector.fromArray(I, n, Memory.INT_SUMS + b * Tile.STEP + vector * V);
            s.lanewise(LSHL, 16)
                    .lanewise(ASHR, 16)
                    .add(s.lanewise(ASHR, 16))
                    .lanewise(LSHL, at)
                    .add(IntVector.fromArray(I, n, Memory.INT_TOTALS + b * V))
                    .intoArray(n, Memory.INT_TOTALS + b * V);
        }
    }
}
