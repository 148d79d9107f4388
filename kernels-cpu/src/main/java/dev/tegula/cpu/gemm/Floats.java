package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;

/** Floating-point weights, for activations in F32: {@code acc = fma(w, x, acc)} in the order of k. */
abstract class Floats implements MicroKernel {
    /** Elements that a loop takes at a time; packed rows are padded to a multiple. */
    static final int STEP = 32;

    @Override
    public final long rowBytes(int k) {
        return Math.ceilDiv(k, Rows.LENGTH) * 4L * Rows.LENGTH;
    }

    @Override
    public final void prepare(MemorySegment x, long from, int k, MemorySegment dst, long to) {
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            widen(x, from, k0, Math.min(Rows.LENGTH, k - k0), dst, to + 4L * k0);
        }
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, MemorySegment dst, long to) {
        Rows.plain(x, from + 4L * k0, count, dst, to);
    }

    @Override
    public final void decode(MemorySegment w, long w0, int count, MemorySegment scratch, int vector) {
        int steps = Math.ceilDiv(count, STEP);
        Panel.clearFrom(scratch, steps);
        for (int s = 0; s < steps; s++) {
            decodeStep(w, w0 + s * chunkBytes() / 8, scratch,
                    Panel.AT + s * STEP * Panel.STEP + (long) vector * Lanes.BYTES);
        }
    }

    /** Decodes 32 elements. */
    abstract void decodeStep(MemorySegment w, long at, MemorySegment scratch, long to);

    @Override
    public final void multiply(MemorySegment scratch, long at, long outAt) {
        Tile.floats(scratch, at, outAt);
        Tile.floats(scratch, at + (long) Tile.FLOAT_ROWS * Rows.FLOAT_BYTES, outAt + Tile.FLOAT_ROWS * Panel.STEP);
    }
}
