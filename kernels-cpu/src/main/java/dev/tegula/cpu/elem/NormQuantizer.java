package dev.tegula.cpu.elem;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;

/** {@link Op.NormQuantize}, by rows; the normed values of a block go through scratch memory only. */
final class NormQuantizer implements Kernel {
    private final TensorView x;
    private final TensorView w;
    private final TensorView y;
    private final RowCount rows;
    private final float eps;

    NormQuantizer(KernelArgs args) {
        this.x = args.matrix(0);
        this.w = args.matrix(1);
        this.y = args.output();
        this.rows = args.rows();
        this.eps = ((Op.NormQuantize) args.request().op()).eps();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        MemorySegment lanes = scratch.bytes();
        int length = y.type().blockLength();
        int bytes = y.type().blockBytes();
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            long from = x.rowOffset(r);
            float scale = Sums.rmsScale(x.segment(), from, x.cols(), eps, lanes, 0);
            for (int i = 0; i < x.cols(); i += length) {
                Norm.scaled(x.segment(), from + 4L * i, scale, w.segment(), w.offset() + 4L * i, lanes, Sums.SCRATCH,
                        length);
                Q8.quantize(lanes, Sums.SCRATCH, y.segment(), y.rowOffset(r) + (long) i / length * bytes, length);
            }
        }
    }
}
