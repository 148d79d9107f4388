package dev.tegula.cpu.attn;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Scoring;
import dev.tegula.kv.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** What {@link Scoring} does to scaled scores before they are masked, over memory. */
final class Capped {
    private Capped() {}

    /**
     * s = tanh(s / cap) · cap, {@link FloatMath#tanh} bit for bit: both of its branches, of which each lane takes its own.
     *
     * @param scores byte offset of {@code n} scores, a multiple of 32
     */
    static void cap(MemorySegment scratch, long scores, int n, float cap) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F32, FloatMath.LOG2E);
        FloatVector round = FloatVector.broadcast(Lanes.F32, FloatMath.ROUND);
        FloatVector high = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_HIGH);
        FloatVector low = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_LOW);
        FloatVector e0 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C0);
        FloatVector e1 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C1);
        FloatVector e2 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C2);
        FloatVector e3 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C3);
        FloatVector e4 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C4);
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, scratch, scores + 4L * i, Lanes.LE).div(cap);
            FloatVector a = x.abs();
            // e = exp(2 a)
            FloatVector z = a.mul(2f);
            z = z.blend(FloatMath.EXP_MAX, z.compare(VectorOperators.GT, FloatMath.EXP_MAX));
            FloatVector t = z.fma(log2e, round);
            FloatVector m = t.sub(round);
            FloatVector r = m.fma(high, z);
            r = m.fma(low, r);
            FloatVector p = r.fma(e4, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector e = p.fma(r.mul(r), r).add(1f);
            IntVector k = t.reinterpretAsInts().sub(FloatMath.ROUND_BITS);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            e = e.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            e = e.mul(k.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            FloatVector large = FloatVector.broadcast(Lanes.F32, 2f).div(e.add(1f)).neg().add(1f);
            FloatVector u = a.mul(a);
            FloatVector small = FloatVector.broadcast(Lanes.F32, FloatMath.TANH_C4)
                    .fma(u, FloatVector.broadcast(Lanes.F32, FloatMath.TANH_C3))
                    .fma(u, FloatVector.broadcast(Lanes.F32, FloatMath.TANH_C2))
                    .fma(u, FloatVector.broadcast(Lanes.F32, FloatMath.TANH_C1))
                    .fma(u, FloatVector.broadcast(Lanes.F32, FloatMath.TANH_C0))
                    .mul(u)
                    .fma(a, a);
            FloatVector y = large.blend(small, a.compare(VectorOperators.LT, FloatMath.TANH_SMALL));
            IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
            y.reinterpretAsInts()
                    .or(sign)
                    .reinterpretAsFloats()
                    .mul(cap)
                    .intoMemorySegment(scratch, scores + 4L * i, Lanes.LE);
        }
    }

    /**
     * s[i] = fma(slope, i − own, s[i]) for the 32 positions of a block.
     *
     * @param own the query's own position, counted from the block's first
     */
    static void bias(MemorySegment scratch, long scores, float slope, int own) {
        FloatVector factor = FloatVector.broadcast(Lanes.F32, slope);
        IntVector index = IntVector.zero(Lanes.I32).addIndex(1).sub(own);
        for (int i = 0; i < KvLayout.BLOCK; i += Lanes.COUNT) {
            FloatVector away = (FloatVector) index.add(i).convert(VectorOperators.I2F, 0);
            factor.fma(away, FloatVector.fromMemorySegment(Lanes.F32, scratch, scores + 4L * i, Lanes.LE))
                    .intoMemorySegment(scratch, scores + 4L * i, Lanes.LE);
        }
    }
}
