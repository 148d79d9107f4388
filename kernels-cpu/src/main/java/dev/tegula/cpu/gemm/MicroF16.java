package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Scratch;
import dev.tegula.tile.PackFloats;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** F16, packed by {@link PackFloats}: lanes hold elements 2i (lower half) and 2i + 1 (upper half) of their row. */
final class MicroF16 extends Floats {
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final VectorSpecies<Float> F = Lanes.F32;

    @Override
    long stepBytes() {
        return 16 * 64L;
    }

    @Override
    public void gemv(MemorySegment w, long w0, long w1, int k, Scratch scratch, int row, int outAt) {
        int a = floatRow(k, row);
        gemv(w, w0, k, scratch.floats(), a, outAt);
        gemv(w, w1, k, scratch.floats(), a, outAt + Lanes.COUNT);
    }

    /** The conversions are those of {@link Halves}, in place: a vector must not leave the method. */
    private static void gemv(MemorySegment w, long w0, int k, float[] f, int a, int outAt) {
        FloatVector acc = FloatVector.zero(F);
        int words = Math.ceilDiv(k, STEP) * STEP / 2;
        for (int i = 0; i < words; i++) {
            IntVector word = IntVector.fromMemorySegment(I, w, w0 + 64L * i, Lanes.LE);
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
                acc = x.reinterpretAsFloats().fma(FloatVector.broadcast(F, f[a + 2 * i + j]), acc);
            }
        }
        acc.intoArray(f, outAt);
    }

    @Override
    void decodeStep(MemorySegment w, long at, MemorySegment panel, long to) {
        for (int i = 0; i < STEP; i++) {
            Halves.convert(w, at + 64L * (i >> 1), 16 - ((i & 1) << 4), panel, to + i * Panel.STEP);
        }
    }
}
