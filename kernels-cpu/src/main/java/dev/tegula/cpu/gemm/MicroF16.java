package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.tegula.cpu.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** F16, packed by {@link PackFloats}: lanes hold elements 2i (lower half) and 2i + 1 (upper half) of their row. */
final class MicroF16 extends Floats {
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
        gemv(w, w0, k, scratch, rowAt, outAt);
        gemv(w, w1, k, scratch, rowAt, outAt + V);
    }

    /** The conversions are those of {@link Halves}, in place: a vector must not leave the method. */
    private static void gemv(MemorySegment w, long w0, int k, MemorySegment scratch, long rowAt, long outAt) {
        FloatVector acc = FloatVector.zero(F);
        int steps = Math.ceilDiv(k, STEP);
        for (int s = 0; s < steps; s++) {
            MemorySegment u = w.asSlice(w0 + s * (long) STEP_BYTES, STEP_BYTES - 64 + V);
            MemorySegment a = scratch.asSlice(rowAt + s * 4L * STEP, 4 * STEP);
            for (int i = 0; i < STEP / 2; i++) {
                IntVector word = IntVector.fromMemorySegment(I, u, 64L * i, Lanes.LE);
                for (int j = 0; j < 2; j++) {
                    IntVector bits = word.lanewise(LSHL, 16 - 16 * j);
                    IntVector m = bits.lanewise(LSHR, 3).and(Halves.MAGNITUDE);
                    IntVector tiny = m.add(Halves.BIAS_STEP + (1 << 23))
                            .reinterpretAsFloats()
                            .sub(0x1p-14f)
                            .reinterpretAsInts();
                    IntVector x = m.add(Halves.BIAS_STEP)
                            .blend(tiny, m.compare(LT, 1 << 23))
                            .blend(m.add(2 * Halves.BIAS_STEP), m.compare(GE, Halves.LARGEST))
                            .or(bits.and(Halves.SIGN));
                    acc = x.reinterpretAsFloats()
                            .fma(FloatVector.broadcast(F, a.get(Lanes.FLOAT, 8L * i + 4L * j)), acc);
                }
            }
        }
        acc.intoMemorySegment(scratch, outAt, Lanes.LE);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment scratch, long to) {
        for (int i = 0; i < STEP; i++) {
            Halves.convert(w, at + 64L * (i >> 1), 16 - ((i & 1) << 4), scratch, to + i * Panel.STEP);
        }
    }
}
