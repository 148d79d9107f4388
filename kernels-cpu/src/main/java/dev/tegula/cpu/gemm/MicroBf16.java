package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** BF16, packed by {@link PackFloats}: lanes hold elements 2i (lower half) and 2i + 1 (upper half) of their row. */
final class MicroBf16 extends Floats {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.BYTES;
    private static final int STEP_BYTES = STEP / 2 * 64;

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
            for (int i = 0; i < STEP / 2; i++) {
                IntVector x0 = IntVector.fromMemorySegment(I, u0, 64L * i, Lanes.LE);
                IntVector x1 = IntVector.fromMemorySegment(I, u1, 64L * i, Lanes.LE);
                FloatVector x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, 8L * i));
                acc0 = x0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, acc0);
                acc1 = x1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, acc1);
                x = FloatVector.broadcast(F, a.get(Lanes.FLOAT, 8L * i + 4));
                acc0 = x0.and(0xFFFF0000).reinterpretAsFloats().fma(x, acc0);
                acc1 = x1.and(0xFFFF0000).reinterpretAsFloats().fma(x, acc1);
            }
        }
        acc0.intoMemorySegment(scratch, outAt, Lanes.LE);
        acc1.intoMemorySegment(scratch, outAt + V, Lanes.LE);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment scratch, long to) {
        MemorySegment q = w.asSlice(at, STEP_BYTES - 64 + V);
        MemorySegment p = scratch.asSlice(to, (STEP - 1) * Panel.STEP + V);
        for (int i = 0; i < STEP / 2; i++) {
            IntVector x = IntVector.fromMemorySegment(I, q, 64L * i, Lanes.LE);
            x.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(p, 2 * i * Panel.STEP, Lanes.LE);
            x.and(0xFFFF0000).reinterpretAsFloats().intoMemorySegment(p, (2 * i + 1) * Panel.STEP, Lanes.LE);
        }
    }
}
