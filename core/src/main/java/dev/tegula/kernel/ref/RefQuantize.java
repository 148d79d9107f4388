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
import java.util.List;

/** Twin of {@link Op.Quantize}, blocks as {@link Q8Blocks} defines them. */
final class RefQuantize implements Kernel {
    private final TensorView x;
    private final TensorView y;
    private final RowCount rows;

    private RefQuantize(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
        this.rows = args.rows();
    }

    static KernelFactory factory(DType type) {
        return TypedFactory.of(KernelId.of("quantize", type, DType.F32, DType.F32, "row", "ref"), Op.Quantize.class,
                List.of(DType.F32), List.of(type), RefQuantize::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) rows.in(batch) * RowChunks.perRow(y.cols()), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int perRow = RowChunks.perRow(y.cols());
        int units = rows.in(batch) * perRow;
        int length = y.type().blockLength();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int row = u / perRow;
            int from = u % perRow * RowChunks.COLUMNS;
            int to = Math.min(y.cols(), from + RowChunks.COLUMNS);
            for (int i = from; i < to; i += length) {
                Q8Blocks.quantize(x.segment(), x.rowOffset(row) + 4L * i, y.segment(),
                        y.rowOffset(row) + y.type().bytes(i), length);
            }
        }
    }
}
