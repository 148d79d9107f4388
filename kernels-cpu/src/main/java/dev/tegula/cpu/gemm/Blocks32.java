package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Formats of 32-element blocks, for activations in Q8_A32. */
abstract class Blocks32 implements MicroKernel {
    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        int to = floatRow(k, row);
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            widen(x, from, k0, Math.min(Rows.LENGTH, k - k0), scratch.floats(), to);
            to += Rows.FLOATS;
        }
    }

    /** Where a prepared row is, in floats. */
    static int floatRow(int k, int row) {
        return Memory.ROWS + row * Math.ceilDiv(k, Rows.LENGTH) * Rows.FLOATS;
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
            Fold.blocks(panel, floats, at, outAt, rows);
        }
    }
}
