package dev.tegula.kernel.ref;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Twin of {@link Op.SelectRows}: copies the rows whose logits are wanted. */
final class RefSelectRows implements Kernel {
    private final TensorView x;
    private final TensorView y;

    private RefSelectRows(KernelArgs args) {
        this.x = args.matrix(0);
        this.y = args.output();
    }

    static KernelFactory factory() {
        return TypedFactory.of(KernelId.of("selectrows", DType.F32, DType.F32, DType.F32, "row", "ref"),
                Op.SelectRows.class, List.of(DType.F32), List.of(DType.F32), RefSelectRows::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(batch.outputs(), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(batch.outputs(), portion + 1, portions);
        for (int o = Portions.first(batch.outputs(), portion, portions); o < end; o++) {
            MemorySegment.copy(x.segment(), x.rowOffset(batch.outputRow(o)), y.segment(), y.rowOffset(o),
                    4L * x.cols());
        }
    }
}
