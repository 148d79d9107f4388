package dev.tegula.kernel.conform;

import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.TensorView;
import java.util.List;

/**
 * Of values in Q8 blocks: they are rounded to nearest, so none is further than half a step from the number before. Twin and
 * kernel may round a number between two steps to either, and are then a whole step apart; one that truncates may be as near
 * to the twin, and is not within this.
 */
final class QuantizedTolerance implements Tolerance {
    /** Blocks below 2^-100 become zeros; of one that is near it either may be the result. */
    private static final double SMALLEST = 0x1.001p-100;
    /** What roundings of scales and of their reciprocals are worth in steps: of 127, u each, a few. */
    private static final double ROUNDINGS = 16 * 127 * Bounds.UNIT;

    private final TensorView twin;
    private final Exact exact;
    private final Tolerance before;

    /** The numbers that are rounded. */
    @FunctionalInterface
    private interface Exact {
        double at(long row, int col);
    }

    private QuantizedTolerance(TensorView twin, Exact exact, Tolerance before) {
        this.twin = twin;
        this.exact = exact;
        this.before = before;
    }

    /** Of {@link Op.Quantize}: its input is what is rounded; a block with numbers that are not finite has a scale that is NaN. */
    static Tolerance quantized(List<Operand> inputs, TensorView twin) {
        TensorView x = ((Operand.Matrix) inputs.get(0)).view();
        return new QuantizedTolerance(twin, (row, col) -> Values.at(x, row, col),
                (row, col) -> Double.isFinite(Values.at(x, row, col)) ? 0 : Double.NaN);
    }

    /** Of {@link Op.NormQuantize}: a norm is rounded, which may be off itself. */
    static Tolerance normQuantized(RowNorms norms, TensorView twin) {
        return new QuantizedTolerance(twin, norms::exact, norms);
    }

    @Override
    public double of(long row, int col) {
        double scale = Values.scale(twin, row, col / twin.type().blockLength());
        double off = before.of(row, col);
        if (Double.isNaN(scale)) {
            return Double.isNaN(off) ? off : Double.POSITIVE_INFINITY;
        }
        return off + (0.5 + ROUNDINGS) * scale + SMALLEST;
    }

    @Override
    public double right(long row, int col, double value) {
        return Double.isNaN(value) ? value : exact.at(row, col);
    }
}
