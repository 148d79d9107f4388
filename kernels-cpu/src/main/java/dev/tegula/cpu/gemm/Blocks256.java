package dev.tegula.cpu.gemm;

import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Formats of 256-element blocks that are multiplied in int16, for activations in Q8_A256. */
abstract class Blocks256 implements MicroKernel {
    @Override
    public void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        for (int b = 0; b < k / Rows.LENGTH; b++) {
            Rows.pairs256(x, from, b, scratch.ints(), pairsRow(k, row) + b * Rows.PAIRS);
        }
    }

    /** Where a prepared row is, in ints. */
    static int pairsRow(int k, int row) {
        return Memory.INT_ROWS + row * (k / Rows.LENGTH) * Rows.PAIRS;
    }

    @Override
    public void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        Rows.pairs256(x, from, k0 / Rows.LENGTH, scratch.ints(), Rows.pairsAt(row));
    }

    @Override
    public final int tileRows(int left) {
        return PairTile.rows(left);
    }
}
