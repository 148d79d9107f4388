package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.FloatMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** y[i] = f(a[i]) · b[i] over a piece of a row, f as {@link FloatMath} defines it, bit for bit. */
public final class Gates {
    private Gates() {}

    /**
     * Computes {@code n} elements; {@code y} may be {@code a} or {@code b}.
     *
     * @param activation f
     * @param a native memory of the gate, F32 from byte {@code ao} on
     * @param b native memory of the other factor
     * @param y native memory of the result
     */
    public static void run(Activation activation, MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y,
            long yo, int n) {
        int whole = n - n % Lanes.COUNT;
        switch (activation) {
            case SILU -> silu(a, ao, b, bo, y, yo, whole);
            case GELU -> gelu(a, ao, b, bo, y, yo, whole);
            case RELU2 -> relu2(a, ao, b, bo, y, yo, whole);
        }
        for (int i = whole; i < n; i++) {
            y.set(Lanes.FLOAT, yo + 4L * i,
                    FloatMath.apply(activation, a.get(Lanes.FLOAT, ao + 4L * i)) * b.get(Lanes.FLOAT, bo + 4L * i));
        }
    }

    private static void silu(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F32, FloatMath.LOG2E);
        FloatVector round = FloatVector.broadcast(Lanes.F32, FloatMath.ROUND);
        FloatVector high = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_HIGH);
        FloatVector low = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_LOW);
        FloatVector c0 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C0);
        FloatVector c1 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C1);
        FloatVector c2 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C2);
        FloatVector c3 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C3);
        FloatVector c4 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C4);
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, a, ao + 4L * i, Lanes.LE);
            FloatVector z = x.abs().neg();
            // e = exp(z), z <= 0
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
            FloatVector v = x.blend(x.mul(e), x.compare(VectorOperators.LT, 0f)).div(e.add(1f));
            v.mul(FloatVector.fromMemorySegment(Lanes.F32, b, bo + 4L * i, Lanes.LE))
                    .intoMemorySegment(y,
                            yo + 4L * i, Lanes.LE);
        }
    }

    private static void gelu(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F32, FloatMath.LOG2E);
        FloatVector round = FloatVector.broadcast(Lanes.F32, FloatMath.ROUND);
        FloatVector high = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_HIGH);
        FloatVector low = FloatVector.broadcast(Lanes.F32, -FloatMath.LN2_LOW);
        FloatVector c0 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C0);
        FloatVector c1 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C1);
        FloatVector c2 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C2);
        FloatVector c3 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C3);
        FloatVector c4 = FloatVector.broadcast(Lanes.F32, FloatMath.EXP_C4);
        FloatVector cube = FloatVector.broadcast(Lanes.F32, FloatMath.GELU_CUBE);
        FloatVector linear = FloatVector.broadcast(Lanes.F32, FloatMath.GELU_LINEAR);
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, a, ao + 4L * i, Lanes.LE);
            FloatVector z = x.mul(x.mul(x).fma(cube, linear)).abs().neg();
            // e = exp(z), z <= 0
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
            FloatVector v = x.blend(x.mul(e), x.compare(VectorOperators.LT, 0f)).div(e.add(1f));
            v.mul(FloatVector.fromMemorySegment(Lanes.F32, b, bo + 4L * i, Lanes.LE))
                    .intoMemorySegment(y,
                            yo + 4L * i, Lanes.LE);
        }
    }

    private static void relu2(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, a, ao + 4L * i, Lanes.LE);
            FloatVector r = x.blend(0f, x.compare(VectorOperators.LE, 0f));
            r.mul(r)
                    .mul(FloatVector.fromMemorySegment(Lanes.F32, b, bo + 4L * i, Lanes.LE))
                    .intoMemorySegment(y,
                            yo + 4L * i, Lanes.LE);
        }
    }
}
