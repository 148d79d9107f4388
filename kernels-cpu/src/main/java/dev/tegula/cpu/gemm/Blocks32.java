package dev.tegula.cpu.gemm;

import java.lang.foreign.MemorySegment;

/** Formats of 32-element blocks, for activations in Q8_A32. */
abstract class Blocks32 implements MicroKernel {
    private static final int A32_BYTES = 40;

    @Override
    public long rowBytes(int k) {
        return (long) Math.ceilDiv(k, Rows.LENGTH) * Rows.FLOAT_BYTES;
    }

    @Override
    public void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to) {
        long at = to;
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            widen(x, from, k0, Math.min(Rows.LENGTH, k - k0), dst, at);
            at += Rows.FLOAT_BYTES;
        }
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, MemorySegment dst, long to) {
        Rows.floats32(x, from + k0 / 32 * (long) A32_BYTES, count / 32, dst, to);
    }

    @Override
    public void multiply(MemorySegment scratch, long at, long outAt) {
        Tile.sums(scratch, at);
        Fold.blocks(scratch, at, outAt);
    }
}
