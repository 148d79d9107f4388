package dev.tegula.kernel.ref;

import dev.tegula.kernel.Activation;
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

/** Twin of {@link Op.Add} and {@link Op.Gate}: y = a + b, or y = f(a) · b. */
final class RefElementwise implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final TensorView a;
    private final TensorView b;
    private final TensorView y;
    private final RowCount rows;
    /** Null for a sum. */
    private final Activation activation;

    private RefElementwise(KernelArgs args, Activation activation) {
        this.a = args.matrix(0);
        this.b = args.matrix(1);
        this.y = args.output();
        this.rows = args.rows();
        this.activation = activation;
    }

    static KernelFactory add() {
        return TypedFactory.of(KernelId.of("add", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.Add.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32), args -> new RefElementwise(args, null));
    }

    static KernelFactory gate() {
        return TypedFactory.of(KernelId.of("gate", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.Gate.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32),
                args -> new RefElementwise(args, ((Op.Gate) args.request().op()).activation()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) rows.in(batch) * RowChunks.perRow(y.cols()), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int perRow = RowChunks.perRow(y.cols());
        int units = rows.in(batch) * perRow;
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int row = u / perRow;
            int from = u % perRow * RowChunks.COLUMNS;
            int to = Math.min(y.cols(), from + RowChunks.COLUMNS);
            for (int i = from; i < to; i++) {
                float left = a.segment().get(F32, a.rowOffset(row) + 4L * i);
                float right = b.segment().get(F32, b.rowOffset(row) + 4L * i);
                float v = activation == null ? left + right : FloatMath.apply(activation, left) * right;
                y.segment().set(F32, y.rowOffset(row) + 4L * i, v);
            }
        }
    }
}
