package dev.tegula.exec;

import dev.tegula.kernel.RopeScaling;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;

/** Fills the table of {@link dev.tegula.kernel.Op.RopeTable}: per position, cosines then sines of all pairs. */
final class RopeTables {
    private RopeTables() {}

    /**
     * Angles are computed in double precision, so a table depends on nothing but the model.
     *
     * @param table C × dims
     * @param scaling the model's scaling
     * @param factors 1 × dims/2 divisors of the frequencies, or null
     */
    static void fill(TensorView table, RopeScaling scaling, TensorView factors) {
        double[] frequency = scaling.frequencies(table.cols());
        int pairs = frequency.length;
        if (factors != null) {
            for (int i = 0; i < pairs; i++) {
                frequency[i] /= factors.segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, factors.rowOffset(0) + 4L * i);
            }
        }
        for (long position = 0; position < table.rows(); position++) {
            long row = table.rowOffset(position);
            for (int i = 0; i < pairs; i++) {
                double angle = position * frequency[i];
                table.segment()
                        .set(ValueLayout.JAVA_FLOAT, row + 4L * i,
                                (float) (StrictMath.cos(angle) * scaling.attentionFactor()));
                table.segment()
                        .set(ValueLayout.JAVA_FLOAT, row + 4L * (pairs + i),
                                (float) (StrictMath.sin(angle) * scaling.attentionFactor()));
            }
        }
    }
}
