package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import java.lang.foreign.MemorySegment;

/** Floating-point weights, for activations in F32: {@code acc = fma(w, x, acc)} in the order of k. */
abstract class Floats implements MicroKernel {
    /** Elements that a loop takes at a time; packed rows are padded to a multiple. */
    static final int STEP = 32;

    @Override
    public final void prepare(MemorySegment x, long from, int k, Scratch scratch, int row) {
        for (int k0 = 0; k0 < k; k0 += Rows.LENGTH) {
            record(x, from, k0, Math.min(Rows.LENGTH, k - k0), scratch.floats(), floatRow(k, row) + k0);
        }
    }

    /** Where a prepared row is, in floats: its values without gaps. */
    static int floatRow(int k, int row) {
        return Memory.ROWS + row * Math.ceilDiv(k, Rows.LENGTH) * Rows.LENGTH;
    }

    @Override
    public final void widen(MemorySegment x, long from, int k0, int count, Scratch scratch, int row) {
        record(x, from, k0, count, scratch.floats(), Rows.floatsAt(row));
    }

    /** The float record of 256 elements from {@code k0} on, of which there are {@code count}. */
    void record(MemorySegment x, long from, int k0, int count, float[] dst, int to) {
        Rows.plain(x, from + 4L * k0, count, dst, to);
    }

    @Override
    public final void decode(MemorySegment w, long w0, int k, int k0, int count, Scratch scratch, int vector) {
        int steps = Math.ceilDiv(count, STEP);
        Panel.clearFrom(scratch.bytes(), scratch.floats(), steps, 32);
        long to = Memory.PANEL + vector * (long) Lanes.BYTES;
        for (int s = 0; s < steps; s++) {
            decodeStep(w, w0 + (k0 / STEP + s) * stepBytes(), scratch.bytes(), to + s * STEP * Panel.STEP);
        }
    }

    /** Bytes of 32 elements of a group of rows. */
    abstract long stepBytes();

    /** Decodes 32 elements. */
    abstract void decodeStep(MemorySegment w, long at, MemorySegment panel, long to);

    @Override
    public void multiply(Scratch scratch, int row, int outAt, int rows) {
        Tile.floats(scratch.bytes(), scratch.floats(), Rows.floatsAt(row), outAt, rows);
    }
}
