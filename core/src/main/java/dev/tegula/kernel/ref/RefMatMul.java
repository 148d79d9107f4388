package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
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
 * Twin of {@link Op.MatMul}: y[r][j] = dot(x[r], W[j]) in the order of {@link RowDot}, then + bias[j], then
 * + residual[r][j], each a float addition.
 */
final class RefMatMul implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final RowDot dot;
    private final TensorView bias;
    private final TensorView residual;
    private final TensorView y;
    private final RowCount rows;

    private RefMatMul(KernelArgs args) {
        Op.MatMul op = (Op.MatMul) args.request().op();
        this.dot = RowDot.of(args.matrix(0), args.weights(1));
        this.bias = op.bias() ? args.matrix(2) : null;
        this.residual = op.residual() ? args.matrix(op.bias() ? 3 : 2) : null;
        this.y = args.output();
        this.rows = args.rows();
    }

    static KernelFactory factory(DType x, DType weights) {
        return TypedFactory
                .of(KernelId.of("matmul", DType.F32, x, weights, "row", "ref"), Op.MatMul.class, List.of(x, weights),
                        List.of(DType.F32), RefMatMul::new)
                .withScratch(request -> RowDot.scratch(request.input(1)));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return rows.in(batch) == 0 ? 0 : Portions.of(y.cols(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = rows.in(batch);
        int end = Portions.first(y.cols(), portion + 1, portions);
        for (int j = Portions.first(y.cols(), portion, portions); j < end; j++) {
            for (int r = 0; r < count; r += RowDot.ROWS) {
                int n = Math.min(RowDot.ROWS, count - r);
                dot.run(j, r, n, scratch.bytes());
                for (int i = 0; i < n; i++) {
                    float v = scratch.bytes().get(F32, 4L * i);
                    if (bias != null) {
                        v += bias.segment().get(F32, bias.offset() + 4L * j);
                    }
                    if (residual != null) {
                        v += residual.segment().get(F32, residual.rowOffset(r + i) + 4L * j);
                    }
                    y.segment().set(F32, y.rowOffset(r + i) + 4L * j, v);
                }
            }
        }
    }
}
