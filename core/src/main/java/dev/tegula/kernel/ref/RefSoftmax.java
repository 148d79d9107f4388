package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.FloatMath;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Twin of {@link Op.Softmax}: e[i] = exp(x[i] − max), y[i] = e[i] / sum, the sum in the order of {@link Lanes16}. NaN is
 * passed over in the maximum and comes back through the sum.
 */
final class RefSoftmax implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final TensorView x;
    private final TensorView y;
    private final RowCount rows;

    private RefSoftmax(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
        this.rows = args.rows();
    }

    static KernelFactory factory() {
        return TypedFactory.of(KernelId.of("softmax", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.Softmax.class,
                List.of(DType.F32), List.of(DType.F32), RefSoftmax::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            row(x.rowOffset(r), y.rowOffset(r));
        }
    }

    private void row(long from, long to) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < x.cols(); i++) {
            float v = x.segment().get(F32, from + 4L * i);
            max = v > max ? v : max;
        }
        for (int i = 0; i < x.cols(); i++) {
            y.segment().set(F32, to + 4L * i, FloatMath.exp(x.segment().get(F32, from + 4L * i) - max));
        }
        float sum = Lanes16.sum(y.segment(), to, x.cols());
        for (int i = 0; i < x.cols(); i++) {
            y.segment().set(F32, to + 4L * i, y.segment().get(F32, to + 4L * i) / sum);
        }
    }
}
