package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.GroupPacking;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** Formats of 32-element blocks, for activations in Q8_A32 unless a format says otherwise. */
abstract class Blocks32 implements MicroKernel {
    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        Rows.pairs32(x, from, k, scratch.ints(), pairsRow(k, row));
    }

    /**
     * Blocks of one vector of rows that a GEMV reads before those of the other: all, if that is another group, since one
     * stream at a time comes faster from memory; as many as stay in the first-level cache, if it is another part of the group.
     */
    static int span(int blocks) {
        return Lanes.COUNT == GroupPacking.ROWS ? blocks : Memory.CHUNK;
    }

    /** Where a prepared row is, in ints. */
    static int pairsRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / 32) * Rows.PAIRS32;
    }

    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        Rows.floats32(x, from, k0, count / 32, scratch.floats(), Rows.floatsAt(row));
    }

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        MemorySegment panel = scratch.bytes();
        float[] floats = scratch.floats();
        int at = Rows.floatsAt(row);
        if (rows == TallTile.ROWS) {
            TallTile.blocks(panel, floats, at, outAt);
        } else {
            Tile.sums(panel, floats, at, rows, 32);
            Fold.blocks(floats, at, outAt);
        }
    }

    /** Decodes a block of 32 codes in int8, the elements 4u … 4u + 3 in word u, to a panel. */
    static void int8(MemorySegment w, long at, MemorySegment p, long to) {
        for (int u = 0; u < 8; u++) {
            IntVector x = IntVector.fromMemorySegment(Lanes.I32, w, at + u * 64L, Lanes.LE);
            for (int i = 3; i >= 0; i--) {
                ((FloatVector) x.lanewise(ASHR, 24).convert(I2F, 0)).intoMemorySegment(p, to + (8 * i + u) * Panel.STEP,
                        Lanes.LE);
                x = x.lanewise(LSHL, 8);
            }
        }
    }
}
