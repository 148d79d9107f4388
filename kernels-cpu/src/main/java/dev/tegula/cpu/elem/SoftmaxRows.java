package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Op.Softmax}, by rows: e = exp(x − max), y = e / sum(e). A row with NaN is NaN wholly. */
final class SoftmaxRows implements Kernel {
    private final TensorView x;
    private final TensorView y;
    private final RowCount rows;

    SoftmaxRows(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
        this.rows = args.rows();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int n = x.cols();
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            long to = y.rowOffset(r);
            Exp.shifted(x.segment(), x.rowOffset(r), max(x.segment(), x.rowOffset(r), n), y.segment(), to, n);
            divide(y.segment(), to, Sums.sum(y.segment(), to, n, scratch.bytes(), 0), n);
        }
    }

    private static float max(MemorySegment x, long at, int n) {
        int whole = n - n % Lanes.COUNT;
        FloatVector best = FloatVector.broadcast(Lanes.F32, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            best = best.max(FloatVector.fromMemorySegment(Lanes.F32, x, at + 4L * i, Lanes.LE));
        }
        float max = best.reduceLanes(VectorOperators.MAX);
        for (int i = whole; i < n; i++) {
            float v = x.get(Lanes.FLOAT, at + 4L * i);
            max = v > max ? v : max;
        }
        return max;
    }

    private static void divide(MemorySegment y, long at, float sum, int n) {
        int whole = n - n % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, y, at + 4L * i, Lanes.LE)
                    .div(sum)
                    .intoMemorySegment(y,
                            at + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            y.set(Lanes.FLOAT, at + 4L * i, y.get(Lanes.FLOAT, at + 4L * i) / sum);
        }
    }
}
