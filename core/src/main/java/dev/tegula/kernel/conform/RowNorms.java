package dev.tegula.kernel.conform;

import dev.tegula.kernel.Operand;
import dev.tegula.tensor.TensorView;
import java.util.List;

/** Root mean square norms of rows, or of their parts, and how far they may be off. */
final class RowNorms implements Tolerance {
    private final TensorView x;
    private final TensorView w;
    private final int length;
    private final double eps;
    /** Sums of squares, part after part of row after row. */
    private final double[] squares;

    /**
     * Of the first two inputs, x and w.
     *
     * @param rows rows of the result
     * @param groups parts of a row
     */
    RowNorms(List<Operand> inputs, long rows, int groups, double eps) {
        this.x = ((Operand.Matrix) inputs.get(0)).view();
        this.w = ((Operand.Matrix) inputs.get(1)).view();
        this.length = x.cols() / groups;
        this.eps = eps;
        this.squares = new double[Math.toIntExact(rows * groups)];
        for (int part = 0; part < squares.length; part++) {
            for (int i = 0; i < length; i++) {
                double v = Values.at(x, part / groups, part % groups * length + i);
                squares[part] += v * v;
            }
        }
    }

    private double sum(long row, int col) {
        return squares[(int) row * (x.cols() / length) + col / length];
    }

    private double scale(long row, int col) {
        return 1 / Math.sqrt(sum(row, col) / length + eps);
    }

    /** The norm of an element. */
    double exact(long row, int col) {
        return Values.at(x, row, col) * scale(row, col) * Values.at(w, 0, col % length);
    }

    @Override
    public double of(long row, int col) {
        double weight = Math.abs(Values.at(w, 0, col % length));
        return Bounds.unlessOverflowing(Math.max(sum(row, col), weight),
                2 * Bounds.gamma(length + Bounds.FEW) * Math.abs(exact(row, col))
                        + Bounds.LEAST * (2 + (scale(row, col) + 1) * (weight + 1)));
    }
}
