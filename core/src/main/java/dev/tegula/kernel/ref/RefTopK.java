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
import dev.tegula.kernel.TopHeap;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Twin of {@link Op.TopK}: offers every element of a row to a {@link TopHeap}. */
final class RefTopK implements Kernel {
    private final int k;
    private final TensorView x;
    private final TensorView values;
    private final TensorView ids;
    private final RowCount rows;

    private RefTopK(KernelArgs args) {
        this.k = ((Op.TopK) args.request().op()).k();
        this.x = args.matrix(0);
        this.values = args.output();
        this.ids = args.outputs().get(1);
        this.rows = args.rows();
    }

    static KernelFactory factory() {
        return TypedFactory
                .of(KernelId.of("topk", DType.F32, DType.F32, DType.F32, "row", "ref"), Op.TopK.class,
                        List.of(DType.F32), List.of(DType.F32, DType.I32), RefTopK::new)
                .withScratch(request -> TopHeap.scratch(((Op.TopK) request.op()).k()));
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        float[] first = scratch.floats();
        int[] columns = scratch.ints();
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            TopHeap.start(x.segment(), x.rowOffset(r), k, first, columns);
            TopHeap.offer(x.segment(), x.rowOffset(r), k, x.cols(), k, first, columns);
            TopHeap.sort(k, first, columns);
            MemorySegment.copy(first, 0, values.segment(), ValueLayout.JAVA_FLOAT, values.rowOffset(r), k);
            MemorySegment.copy(columns, 0, ids.segment(), ValueLayout.JAVA_INT, ids.rowOffset(r), k);
        }
    }
}
