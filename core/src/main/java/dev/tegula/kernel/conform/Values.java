package dev.tegula.kernel.conform;

import dev.tegula.kernel.Operand;
import dev.tegula.tensor.Bf16;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import java.lang.foreign.ValueLayout;

/** Elements and norms of operands, whatever their format. */
final class Values {
    private Values() {}

    /** An element of F32, F16 or BF16. */
    static double at(TensorView view, long row, int col) {
        return switch (view.type()) {
            case F32 -> view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * col);
            case F16 ->
                Float.float16ToFloat(view.segment().get(ValueLayout.JAVA_SHORT, view.rowOffset(row) + 2L * col));
            default -> Bf16.toF32(view.segment().get(ValueLayout.JAVA_SHORT, view.rowOffset(row) + 2L * col));
        };
    }

    /** The scale of a Q8 block. */
    static double scale(TensorView view, long row, int block) {
        return view.segment()
                .get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + (long) block * view.type().blockBytes());
    }

    /** Euclidean norms of the rows of activations, or of weights as they are stored. */
    static double[] norms(Operand operand) {
        return operand instanceof Operand.Weights weights ? norms(weights) : norms(((Operand.Matrix) operand).view());
    }

    private static double[] norms(Operand.Weights w) {
        double[] norms = new double[Math.toIntExact(w.rows())];
        float[] row = new float[w.cols()];
        for (int r = 0; r < norms.length; r++) {
            Codecs.decoder(w.type())
                    .decode(w.segment(), w.offset() + r * w.type().bytes(w.cols()), row, 0,
                            w.cols() / w.type().blockLength());
            norms[r] = norm(row);
        }
        return norms;
    }

    private static double[] norms(TensorView view) {
        double[] norms = new double[Math.toIntExact(view.rows())];
        for (int r = 0; r < norms.length; r++) {
            norms[r] = norm(view, r, 0, view.cols());
        }
        return norms;
    }

    /** The norm of so many elements of a row. */
    static double norm(TensorView view, long row, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            double v = view.type().isBlocked() ? decoded(view, row, i) : at(view, row, i);
            sum += v * v;
        }
        return Math.sqrt(sum);
    }

    private static double norm(float[] row) {
        double sum = 0;
        for (float v : row) {
            sum += (double) v * v;
        }
        return Math.sqrt(sum);
    }

    private static double decoded(TensorView view, long row, int i) {
        DType type = view.type();
        int block = i / type.blockLength();
        long codes = view.rowOffset(row) + (block + 1L) * type.blockBytes() - type.blockLength();
        return scale(view, row, block)
                * view.segment().get(ValueLayout.JAVA_BYTE, codes + i % type.blockLength());
    }
}
