package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link FloatMath#exp} over memory, bit for bit. Loops that need it inside write the same lines, since a vector must not
 * leave its method.
 */
public final class Exp {

    private Exp() {}

    /**
     * y[i] = exp(x[i] − shift) for {@code n} elements; {@code y} may be {@code x}.
     *
     * @param x native memory, F32 from byte {@code xo} on
     * @param y native memory, F32 from byte {@code yo} on
     */
    public static void shifted(MemorySegment x, long xo, float shift, MemorySegment y, long yo, int n) {
        int whole = n - n % Lanes.COUNT;
        FloatVector log2e = FloatVector.broadcast(Lanes.F32, FloatMath.LOG2E);
        FloatVector round = FloatVector.broadcast(Lanes.F32, FloatMath.ROUND);
        FloatVector high = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_HIGH);
        FloatVector low = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_LOW);
        FloatVector c0 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C0);
        FloatVector c1 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C1);
        FloatVector c2 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C2);
        FloatVector c3 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C3);
        FloatVector c4 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C4);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector z = FloatVector.fromMemorySegment(Lanes.F32, x, xo + 4L * i, Lanes.LE).sub(shift);
            z = z.blend(FloatMath.EXP_MAX, z.compare(VectorOperators.GT, FloatMath.EXP_MAX));
            z = z.blend(FloatMath.EXP_MIN, z.compare(VectorOperators.LT, FloatMath.EXP_MIN));
            FloatVector t = z.fma(log2e, round);
            FloatVector m = t.sub(round);
            FloatVector r = m.fma(high, z);
            r = m.fma(low, r);
            FloatVector p = r.fma(c4, c3).fma(r, c2).fma(r, c1).fma(r, c0);
            FloatVector e = p.fma(r.mul(r), r).add(1f);
            IntVector k = t.reinterpretAsInts().sub(FloatMath.ROUND_BITS);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            e = e.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            e = e.mul(k.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
            e.intoMemorySegment(y, yo + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            y.set(Lanes.FLOAT, yo + 4L * i, FloatMath.exp(x.get(Lanes.FLOAT, xo + 4L * i) - shift));
        }
    }
}
