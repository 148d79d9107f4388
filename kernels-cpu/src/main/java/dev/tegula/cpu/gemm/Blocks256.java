package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Formats of 256-element blocks, for activations in Q8_A256. */
abstract class Blocks256 implements MicroKernel {
    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        Rows.pairs256(x, from, k, scratch.ints(), pairsRow(k, row));
    }

    /** Where a prepared row is, in ints. */
    static int pairsRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / Rows.LENGTH) * Rows.PAIRS;
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, float[] dst, int to) {
        Rows.floats256(x, from, k0, dst, to);
    }

    @Override
    public void multiply(MemorySegment panel, float[] floats, int at, int outAt, int rows) {
        Tile.sums(panel, floats, at, rows, 32);
        Fold.superBlock(floats, at, outAt, rows, 0);
        Fold.superBlock(floats, at, outAt, rows, 1);
    }
}
