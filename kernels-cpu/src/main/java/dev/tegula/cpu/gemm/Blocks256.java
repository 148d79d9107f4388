package dev.tegula.cpu.gemm;

import java.lang.foreign.MemorySegment;

/** Formats of 256-element blocks, for activations in Q8_A256. */
abstract class Blocks256 implements MicroKernel {
    private static final int A256_BYTES = 324;

    @Override
    public long rowBytes(int k) {
        return (long) (k / Rows.LENGTH) * Rows.PAIR_BYTES;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to) {
        int blocks = k / Rows.LENGTH;
        for (int b = 0; b < blocks; b++) {
            Rows.pairs256(x, from + (long) A256_BYTES * b, dst, to + (long) Rows.PAIR_BYTES * b);
        }
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, MemorySegment dst, long to) {
        Rows.floats256(x, from + (long) (k0 / Rows.LENGTH) * A256_BYTES, dst, to);
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        Tile.sums(scratch, at);
        Fold.superBlock(scratch, at, outAt, 0);
        Fold.superBlock(scratch, at, outAt, 1);
    }
}
