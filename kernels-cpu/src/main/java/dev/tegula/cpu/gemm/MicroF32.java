package dev.tegula.cpu.gemm;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackFloats;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** F32, packed by {@link PackFloats}: vector k of a group holds element k of its rows. */
final class MicroF32 extends Floats {
    private static final VectorSpecies<Float> F = Lanes.F32;

    @Override
    long stepBytes() {
        return 32 * 64L;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        float[] f = scratch.floats();
        int a = floatRow(k, row);
        FloatVector acc0 = FloatVector.zero(F);
        FloatVector acc1 = acc0;
        int length = Math.ceilDiv(k, STEP) * STEP;
        for (int i = 0; i < length; i++) {
            FloatVector x = FloatVector.broadcast(F, f[a + i]);
            acc0 = FloatVector.fromMemorySegment(F, w, w0 + 64L * i, Lanes.LE).fma(x, acc0);
            acc1 = FloatVector.fromMemorySegment(F, w, w1 + 64L * i, Lanes.LE).fma(x, acc1);
        }
        acc0.intoArray(f, outAt);
        acc1.intoArray(f, outAt + Lanes.COUNT);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment panel, long to) {
        for (int i = 0; i < STEP; i++) {
            FloatVector.fromMemorySegment(F, w, at + 64L * i, Lanes.LE)
                    .intoMemorySegment(panel, to + i * Panel.STEP, Lanes.LE);
        }
    }
}
