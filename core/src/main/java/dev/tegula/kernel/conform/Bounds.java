package dev.tegula.kernel.conform;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.util.List;

/**
 * How far results of kernels that are not exact may be from their twins'. With u = 2⁻²⁴, the unit round-off, and
 * γ(n) = n u / (1 − n u), a sum of n products in any order, fused or not, is off by at most γ(n) Σ |xᵢ wᵢ| ≤ γ(n) ‖x‖ ‖w‖
 * (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1, and Cauchy and Schwarz). Twin and kernel may both be,
 * hence a factor of 2; a few roundings are added to n for scales and conversions. Numbers below the least normal one may
 * be taken for zero.
 *
 * <p>Where an operand is NaN, what is NaN of the twin's must be. Nothing else is promised where operands are not finite, or
 * where norms are so large that sums may overflow in one order and not in another. Ops that move numbers or choose among them have no tolerance. Neither have ops that no such kernel
 * has been written for.
 */
final class Bounds {
    static final double UNIT = 0x1p-24;
    static final double LEAST = Float.MIN_NORMAL;
    /** Roundings besides those of the sum: of scales, conversions, divisions, square roots. */
    static final int FEW = 8;
    /** Largest magnitude of an exponent whose exponential is neither zero nor infinite. */
    private static final double MOST_EXPONENT = 104;

    private Bounds() {}

    /**
     * Tolerances of an output, or of a cache that the op wrote, which come after the outputs.
     *
     * @param inputs as the twin has them
     * @param right what the twin computed
     */
    static Tolerance of(KernelRequest request, List<Operand> inputs, Batch batch, int output, TensorView right) {
        return switch (request.op()) {
            case Op.MatMul op -> matMul(op, inputs);
            case Op.GateUp op -> gateUp(op, inputs);
            case Op.RmsNorm op -> new RowNorms(inputs, right.rows(), op.groups(), op.eps());
            case Op.Quantize op when right.type().isBlocked() -> QuantizedTolerance.quantized(inputs, right);
            case Op.NormQuantize op ->
                QuantizedTolerance.normQuantized(new RowNorms(inputs, right.rows(), 1, op.eps()), right);
            case Op.Add op -> sum(right);
            case Op.Gate op -> gate(inputs, right);
            case Op.Rope op -> CacheBounds.turned(inputs, 0, 1, op.headSize(), batch);
            case Op.RopeKvWrite op -> output == 0
                    ? CacheBounds.turned(inputs, 0, 3, op.headSize(), batch)
                    : CacheBounds.written(inputs, right, op.headSize(), batch);
            case Op.Attention op -> CacheBounds.attention(op, inputs, batch);
            default -> Tolerance.NONE;
        };
    }

    static double gamma(int n) {
        return n * UNIT / (1 - n * UNIT);
    }

    /** Infinity where sums of such magnitude may overflow, NaN where it is NaN, as that of operands with a NaN is. */
    static double unlessOverflowing(double magnitude, double bound) {
        if (Double.isNaN(magnitude)) {
            return magnitude;
        }
        return magnitude < Float.MAX_VALUE ? bound : Double.POSITIVE_INFINITY;
    }

    /** Tolerance of a product of rows of these norms, k elements each. */
    private static double product(int k, double x, double w) {
        return 2 * gamma(k + FEW) * x * w + LEAST * (k + Math.sqrt(k) * (x + w));
    }

    private static Tolerance matMul(Op.MatMul op, List<Operand> inputs) {
        double[] x = Values.norms(inputs.get(0));
        double[] w = Values.norms(inputs.get(1));
        int k = ((Operand.Matrix) inputs.get(0)).view().cols();
        TensorView bias = op.bias() ? ((Operand.Matrix) inputs.get(2)).view() : null;
        TensorView residual = op.residual() ? ((Operand.Matrix) inputs.get(op.bias() ? 3 : 2)).view() : null;
        return (row, col) -> {
            double xw = x[(int) row] * w[col];
            double all = xw + (bias == null ? 0 : Math.abs(Values.at(bias, 0, col)))
                    + (residual == null ? 0 : Math.abs(Values.at(residual, row, col)));
            return unlessOverflowing(all, product(k, x[(int) row], w[col]) + 4 * UNIT * all);
        };
    }

    /** With f(g) · u: the slope of f takes what g is off by to the result, and f(g) what u is off by. */
    private static Tolerance gateUp(Op.GateUp op, List<Operand> inputs) {
        double[] x = Values.norms(inputs.get(0));
        double[] gates = Values.norms(inputs.get(1));
        double[] ups = Values.norms(inputs.get(2));
        int k = ((Operand.Matrix) inputs.get(0)).view().cols();
        boolean squares = op.activation() == Activation.RELU2;
        return (row, col) -> {
            double g = x[(int) row] * gates[col];
            double u = x[(int) row] * ups[col];
            double gOff = product(k, x[(int) row], gates[col]);
            double uOff = product(k, x[(int) row], ups[col]);
            // SiLU and GELU are no steeper than 1.13, and no larger than their argument.
            double slope = squares ? 2 * (g + gOff) : 1.13;
            double f = squares ? g * g : g;
            return unlessOverflowing(Math.max(f * u, slope * u),
                    slope * gOff * (u + uOff) + f * uOff + activationRoundings(g) * f * u + 2 * LEAST);
        };
    }

    /** What activations of arguments up to x are off by, relatively: a rounding of an exponent shifts it by its magnitude. */
    private static double activationRoundings(double x) {
        return 2 * UNIT * (2 * FEW + 4 * Math.min(x, MOST_EXPONENT));
    }

    private static Tolerance sum(TensorView right) {
        return (row, col) -> {
            double y = Math.abs(Values.at(right, row, col));
            return unlessOverflowing(y, 2 * UNIT * y + 2 * LEAST);
        };
    }

    private static Tolerance gate(List<Operand> inputs, TensorView right) {
        TensorView gate = ((Operand.Matrix) inputs.get(0)).view();
        TensorView up = ((Operand.Matrix) inputs.get(1)).view();
        return (row, col) -> {
            double g = Math.abs(Values.at(gate, row, col));
            double u = Math.abs(Values.at(up, row, col));
            // The activation itself may be below the least normal number, and so be taken for zero.
            return unlessOverflowing(Math.max(g * g * Math.max(1, u), g * u),
                    activationRoundings(MOST_EXPONENT) * Math.abs(Values.at(right, row, col)) + LEAST * (2 + u + g));
        };
    }

    /** The largest difference that rounding to a format adds to that of two numbers. */
    static double rounding(DType type, double value) {
        return switch (type) {
            case F16 -> 0x1p-10 * Math.abs(value) + 0x1p-24;
            case BF16 -> 0x1p-7 * Math.abs(value);
            default -> 0;
        };
    }
}
