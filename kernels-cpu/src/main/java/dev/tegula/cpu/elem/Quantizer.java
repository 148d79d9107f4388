package dev.tegula.cpu.elem;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;

/** {@link Op.Quantize}, by pieces of rows. */
final class Quantizer implements Kernel {
    private final TensorView x;
    private final TensorView y;
    private final RowCount rows;

    Quantizer(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
        this.rows = args.rows();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of((long) rows.in(batch) * Pieces.perRow(y.cols()), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int perRow = Pieces.perRow(y.cols());
        int units = rows.in(batch) * perRow;
        int length = y.type().blockLength();
        int bytes = y.type().blockBytes();
        int end = Portions.first(units, portion + 1, portions);
        for (int u = Portions.first(units, portion, portions); u < end; u++) {
            int row = u / perRow;
            int from = u % perRow * Pieces.COLUMNS;
            int to = Math.min(y.cols(), from + Pieces.COLUMNS);
            for (int i = from; i < to; i += length) {
                Q8.quantize(x.segment(), x.rowOffset(row) + 4L * i, y.segment(),
                        y.rowOffset(row) + (long) i / length * bytes, length);
            }
        }
    }
}
