package dev.tegula.cpu.gemm;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.FloatMath;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** What happens to finished products {@code out[row][vector]} of a panel: the gate, bias and residual, and the store. */
final class Finish {
    private static final VectorSpecies<Float> F = Lanes.F32;
    private static final int V = Lanes.COUNT;
    private static final int COLS = 2 * Lanes.COUNT;

    private Finish() {}

    /**
     * {@code gate = f(gate) * up}, the bits of {@link FloatMath#apply}.
     *
     * @param rows rows of two vectors
     */
    static void gate(Activation activation, float[] out, int gateAt, int upAt, int rows) {
        if (activation == Activation.RELU2) {
            squares(out, gateAt, upAt, rows);
        } else {
            sigmoids(activation == Activation.GELU, out, gateAt, upAt, rows);
        }
    }

    private static void squares(float[] out, int gateAt, int upAt, int rows) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < 2 * rows; i++) {
            FloatVector x = FloatVector.fromArray(F, out, gateAt + i * V);
            FloatVector up = FloatVector.fromArray(F, out, upAt + i * V);
            FloatVector r = x.blend(zero, x.compare(LE, 0f));
            r.mul(r).mul(up).intoArray(out, gateAt + i * V);
        }
    }

    /** x / (1 + e^-z), where z is x (SiLU) or GELU's polynomial; see {@link FloatMath#silu} and {@link FloatMath#exp}. */
    private static void sigmoids(boolean gelu, float[] out, int gateAt, int upAt, int rows) {
        for (int i = 0; i < 2 * rows; i++) {
            FloatVector x = FloatVector.fromArray(F, out, gateAt + i * V);
            FloatVector z = x;
            if (gelu) {
                FloatVector linear = FloatVector.broadcast(F, FloatMath.GELU_LINEAR);
                z = x.mul(x).fma(FloatVector.broadcast(F, FloatMath.GELU_CUBE), linear).mul(x);
            }
            FloatVector c = z.abs().neg();
            c = c.blend(FloatMath.EXP_MIN, c.compare(LT, FloatMath.EXP_MIN));
            FloatVector t = c.fma(FloatVector.broadcast(F, FloatMath.LOG2E),
                    FloatVector.broadcast(F, FloatMath.ROUND));
            FloatVector n = t.sub(FloatMath.ROUND);
            FloatVector r = n.fma(FloatVector.broadcast(F, -FloatMath.LN2_HIGH), c);
            r = n.fma(FloatVector.broadcast(F, -FloatMath.LN2_LOW), r);
            FloatVector p = r.fma(FloatVector.broadcast(F, FloatMath.EXP_C4),
                    FloatVector.broadcast(F, FloatMath.EXP_C3));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C2));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C1));
            p = p.fma(r, FloatVector.broadcast(F, FloatMath.EXP_C0));
            FloatVector e = p.fma(r.mul(r), r).add(1f);
            IntVector k = t.reinterpretAsInts().sub(FloatMath.ROUND_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            e = e.mul(half.add(127).lanewise(LSHL, 23).reinterpretAsFloats());
            e = e.mul(k.sub(half).add(127).lanewise(LSHL, 23).reinterpretAsFloats());
            FloatVector up = FloatVector.fromArray(F, out, upAt + i * V);
            x.blend(x.mul(e), x.compare(LT, 0f))
                    .div(e.add(1f))
                    .mul(up)
                    .intoArray(out, gateAt + i * V);
        }
    }

    /**
     * Stores the products of a panel: {@code y = out + bias + residual}.
     *
     * @param row first row of y
     * @param rows how many
     * @param col first column of y
     * @param bias 1 × n, or null
     * @param residual as y, or null
     */
    static void store(float[] out, int at, TensorView y, int row, int rows, int col, TensorView bias,
            TensorView residual) {
        boolean whole = col + COLS <= y.cols();
        for (int r = 0; r < rows; r++) {
            int from = at + r * COLS;
            if (bias != null) {
                add(out, from, bias.segment(), bias.offset() + 4L * col, Math.min(COLS, y.cols() - col));
            }
            if (residual != null) {
                add(out, from, residual.segment(), residual.rowOffset(row + r) + 4L * col,
                        Math.min(COLS, y.cols() - col));
            }
            if (whole) {
                copy(out, from, y.segment(), y.rowOffset(row + r) + 4L * col);
            } else {
                MemorySegment.copy(out, from, y.segment(), Lanes.FLOAT, y.rowOffset(row + r) + 4L * col,
                        y.cols() - col);
            }
        }
    }

    private static void copy(float[] out, int from, MemorySegment y, long to) {
        FloatVector.fromArray(F, out, from).intoMemorySegment(y, to, Lanes.LE);
        FloatVector.fromArray(F, out, from + V).intoMemorySegment(y, to + Lanes.BYTES, Lanes.LE);
    }

    private static void add(float[] out, int at, MemorySegment x, long from, int cols) {
        if (cols == COLS) {
            FloatVector.fromArray(F, out, at)
                    .add(FloatVector.fromMemorySegment(F, x, from, Lanes.LE))
                    .intoArray(out, at);
            FloatVector.fromArray(F, out, at + V)
                    .add(FloatVector.fromMemorySegment(F, x, from + Lanes.BYTES, Lanes.LE))
                    .intoArray(out, at + V);
            return;
        }
        for (int i = 0; i < cols; i++) {
            out[at + i] += x.get(Lanes.FLOAT, from + 4L * i);
        }
    }
}
