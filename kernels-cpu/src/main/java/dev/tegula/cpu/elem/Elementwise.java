package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Activation;
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

/** {@link Op.Add} and {@link Op.Gate}: y = a + b, or y = f(a) · b, by pieces of rows. */
final class Elementwise implements Kernel {
    private final TensorView a;
    private final TensorView b;
    private final TensorView y;
    private final RowCount rows;
    /** Null for a sum. */
    private final Activation activation;

    Elementwise(KernelArgs args) {
        this.a = args.matrix(0);
        this.b = args.matrix(1);
        this.y = args.output();
        this.rows = args.rows();
        this.activation = args.request().op() instanceof Op.Gate(Activation f) ? f : null;
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) rows.in(batch) * Pieces.perRow(y.cols()), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int perRow = Pieces.perRow(y.cols());
        int units = rows.in(batch) * perRow;
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int row = u / perRow;
            int from = u % perRow * Pieces.COLUMNS;
            int n = Math.min(y.cols() - from, Pieces.COLUMNS);
            long ao = a.rowOffset(row) + 4L * from;
            long bo = b.rowOffset(row) + 4L * from;
            long yo = y.rowOffset(row) + 4L * from;
            if (activation == null) {
                add(a.segment(), ao, b.segment(), bo, y.segment(), yo, n);
            } else {
                Gates.run(activation, a.segment(), ao, b.segment(), bo, y.segment(), yo, n);
            }
        }
    }

    private static void add(MemorySegment a, long ao, MemorySegment b, long bo, MemorySegment y, long yo, int n) {
        int whole = n - n % Lanes.COUNT;
        for (int i = 0; i < whole; i += Lanes.COUNT) {
            FloatVector.fromMemorySegment(Lanes.F32, a, ao + 4L * i, Lanes.LE)
                    .add(FloatVector.fromMemorySegment(Lanes.F32, b, bo + 4L * i, Lanes.LE))
                    .intoMemorySegment(y, yo + 4L * i, Lanes.LE);
        }
        for (int i = whole; i < n; i++) {
            y.set(Lanes.FLOAT, yo + 4L * i, a.get(Lanes.FLOAT, ao + 4L * i) + b.get(Lanes.FLOAT, bo + 4L * i));
        }
    }
}
