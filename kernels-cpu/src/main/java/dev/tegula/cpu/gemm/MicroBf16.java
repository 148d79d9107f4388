package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackFloats;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** BF16, packed by {@link PackFloats}: lanes hold elements 2i (lower half) and 2i + 1 (upper half) of their row. */
final class MicroBf16 extends Floats {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;

    @Override
    long stepBytes() {
        return 16 * 64L;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int a = floatRow(k, row);
        FloatVector acc0 = FloatVector.zero(F);
        FloatVector acc1 = acc0;
        int words = Math.ceilDiv(k, STEP) * STEP / 2;
        for (int i = 0; i < words; i++) {
            IntVector x0 = IntVector.fromMemorySegment(I, w, w0 + 64L * i, Lanes.LE);
            IntVector x1 = IntVector.fromMemorySegment(I, w, w1 + 64L * i, Lanes.LE);
            FloatVector x = FloatVector.broadcast(F, f[a + 2 * i]);
            acc0 = x0.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, acc0);
            acc1 = x1.lanewise(LSHL, 16).reinterpretAsFloats().fma(x, acc1);
            x = FloatVector.broadcast(F, f[a + 2 * i + 1]);
            acc0 = x0.and(0xFFFF0000).reinterpretAsFloats().fma(x, acc0);
            acc1 = x1.and(0xFFFF0000).reinterpretAsFloats().fma(x, acc1);
        }
        acc0.intoArray(f, outAt);
        acc1.intoArray(f, outAt + Lanes.COUNT);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment panel, long to) {
        for (int i = 0; i < STEP / 2; i++) {
            IntVector x = IntVector.fromMemorySegment(I, w, at + 64L * i, Lanes.LE);
            x.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(panel, to + 2 * i * Panel.STEP, Lanes.LE);
            x.and(0xFFFF0000).reinterpretAsFloats().intoMemorySegment(panel, to + (2 * i + 1) * Panel.STEP, Lanes.LE);
        }
    }
}
