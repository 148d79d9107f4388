package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * One activation row times the two vectors of weight rows of a {@link Panel}, with {@link FloatMath#flushingFma}. The JVM
 * has no way to tell the CPU to flush, so that each sum takes six more instructions: exact, not fast.
 */
final class FlushingTile {
    /** The bits of the least normal number. */
    static final int NORMAL = 0x00800000;
    static final int SIGN = 0x80000000;

    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final VectorSpecies<Integer> I = Lanes.I32;
    private static final int V = Lanes.COUNT;

    private FlushingTile() {}

    /** Adds 256 products to the outputs {@code c[vector]}, in the order of k; no input is subnormal. */
    static void row(MemorySegment p, float[] f, int at, int outAt) {
        FloatVector c0 = FloatVector.fromArray(F, f, outAt);
        FloatVector c1 = FloatVector.fromArray(F, f, outAt + V);
        IntVector least = IntVector.broadcast(I, Integer.MAX_VALUE);
        for (int q = 0; q < Rows.LENGTH; q++) {
            FloatVector x = FloatVector.broadcast(F, f[at + q]);
            IntVector s0 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP, Lanes.LE)
                    .fma(x, c0)
                    .reinterpretAsInts();
            IntVector s1 = FloatVector.fromMemorySegment(F, p, Memory.PANEL + q * Panel.STEP + Lanes.BYTES, Lanes.LE)
                    .fma(x, c1)
                    .reinterpretAsInts();
            IntVector m0 = s0.and(Integer.MAX_VALUE);
            IntVector m1 = s1.and(Integer.MAX_VALUE);
            least = least.min(m0.lanewise(XOR, NORMAL)).min(m1.lanewise(XOR, NORMAL));
            // All ones below the least normal number, of which the sign stays.
            c0 = s0.and(m0.sub(NORMAL).lanewise(ASHR, 31).not().or(SIGN)).reinterpretAsFloats();
            c1 = s1.and(m1.sub(NORMAL).lanewise(ASHR, 31).not().or(SIGN)).reinterpretAsFloats();
        }
        if (least.reduceLanes(MIN) == 0) {
            // Some sum was the least normal number: whether it rounded up to that is seen one by one.
            one(p, f, at, outAt);
            return;
        }
        c0.intoArray(f, outAt);
        c1.intoArray(f, outAt + V);
    }

    private static void one(MemorySegment p, float[] f, int at, int outAt) {
        for (int lane = 0; lane < Tile.STEP; lane++) {
            float c = f[outAt + lane];
            for (int q = 0; q < Rows.LENGTH; q++) {
                c = FloatMath.flushingFma(f[at + q], p.get(Lanes.FLOAT, Memory.PANEL + q * Panel.STEP + 4L * lane), c);
            }
            f[outAt + lane] = c;
        }
    }
}
