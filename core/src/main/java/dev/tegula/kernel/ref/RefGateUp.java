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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Twin of {@link Op.GateUp}: the bits of two {@link Op.MatMul} and an {@link Op.Gate}. */
final class RefGateUp implements Kernel {
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

    private final RowDot gate;
    private final RowDot up;
    private final Activation activation;
    private final TensorView y;
    private final RowCount rows;

    private RefGateUp(KernelArgs args) {
        this.gate = RowDot.of(args.matrix(0), args.weights(1));
        this.up = RowDot.of(args.matrix(0), args.weights(2));
        this.activation = ((Op.GateUp) args.request().op()).activation();
        this.y = args.output();
        this.rows = args.rows();
    }

    static KernelFactory factory(DType x, DType weights) {
        return TypedFactory
                .of(KernelId.of("gateup", DType.F32, x, weights, "row", "ref"), Op.GateUp.class,
                        List.of(x, weights, weights), List.of(DType.F32), RefGateUp::new)
                .withScratch(request -> RowDot.scratch(request.input(1)));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return rows.in(batch) == 0 ? 0 : Portions.of(y.cols(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        MemorySegment dots = scratch.bytes();
        int count = rows.in(batch);
        int end = Portions.first(y.cols(), portion + 1, portions);
        for (int j = Portions.first(y.cols(), portion, portions); j < end; j++) {
            for (int r = 0; r < count; r += RowDot.ROWS) {
                int n = Math.min(RowDot.ROWS, count - r);
                gate.run(j, r, n, dots);
                for (int i = 0; i < n; i++) {
                    y.segment().set(F32, y.rowOffset(r + i) + 4L * j, dots.get(F32, 4L * i));
                }
                up.run(j, r, n, dots);
                for (int i = 0; i < n; i++) {
                    long at = y.rowOffset(r + i) + 4L * j;
                    y.segment()
                            .set(F32, at,
                                    FloatMath.apply(activation, y.segment().get(F32, at)) * dots.get(F32, 4L * i));
                }
            }
        }
    }
}
