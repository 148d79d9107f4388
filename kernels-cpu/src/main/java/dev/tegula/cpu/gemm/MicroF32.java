package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** F32, packed by {@link PackFloats}: vector k of a group holds element k of its rows. */
final class MicroF32 extends Floats {
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int STEP_BYTES = STEP * 64;

    @Override
    public long chunkBytes() {
        return 8L * STEP_BYTES;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, MemorySegment scratch, long rowAt, long outAt) {
        FloatVector acc0 = FloatVector.zero(F);
        FloatVector acc1 = acc0;
        int steps = Math.ceilDiv(k, STEP);
        for (int s = 0; s < steps; s++) {
            MemorySegment u0 = w.asSlice(w0 + s * (long) STEP_BYTES, STEP_BYTES - 64 + V);
            MemorySegment u1 = w.asSlice(w1 + s * (long) STEP_BYTES, STEP_BYTES - 64 + V);
            MemorySegment a = scratch.asSlice(rowAt + s * 4L * STEP, 4 * STEP);
            for (int i = 0; i < STEP; i++) {
                FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, 4L * i));
                acc0 = FloatVector.fromMemorySegment(F, u0, 64L * i, Lanes.LE).fma(x, acc0);
                acc1 = FloatVector.fromMemorySegment(F, u1, 64L * i, Lanes.LE).fma(x, acc1);
            }
        }
        acc0.intoMemorySegment(scratch, outAt, Lanes.LE);
        acc1.intoMemorySegment(scratch, outAt + V, Lanes.LE);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment scratch, long to) {
        MemorySegment q = w.asSlice(at, STEP_BYTES - 64 + V);
        MemorySegment p = scratch.asSlice(to, (STEP - 1) * Panel.STEP + V);
        for (int i = 0; i < STEP; i++) {
            FloatVector.fromMemorySegment(F, q, 64L * i, Lanes.LE).intoMemorySegment(p, i * Panel.STEP, Lanes.LE);
        }
    }
}
