package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Formats of 32-element blocks, for activations in Q8_A32. */
abstract class Blocks32 implements MicroKernel {
    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        Rows.pairs32(x, from, k, scratch.ints(), pairsRow(k, row));
    }

    /** Where a prepared row is, in ints. */
    static int pairsRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / 32) * Rows.PAIRS32;
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, float[] dst, int to) {
        Rows.floats32(x, from, k0, count / 32, dst, to);
    }

    @Override
    public void multiply(MemorySegment panel, float[] floats, int at, int outAt, int rows) {
        if (rows == TallTile.ROWS) {
            TallTile.blocks(panel, floats, at, outAt);
        } else {
            Tile.sums(panel, floats, at, rows, 32);
            Fold.blocks(floats, at, outAt, rows);
        }
    }
}
