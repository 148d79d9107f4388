package dev.tegula.nat;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@link Op.TopK} by rows. All checks are here; topk.h trusts what it is given. */
final class TopKKernel implements Kernel {
    /** Elements that are worth a portion of their own: about a microsecond of work. */
    private static final int GRAIN = 8192;

    private final MemorySegment function;
    private final MemorySegment shape;
    private final MemorySegment x;
    private final MemorySegment values;
    private final MemorySegment ids;
    private final RowCount rows;
    private final int cols;
    private final long maxRows;

    TopKKernel(Functions functions, KernelArgs args) {
        this.function = functions.find("top_k");
        TensorView input = args.matrix(0);
        TensorView first = args.output();
        TensorView second = args.outputs().get(1);
        this.x = RowsCall.memory("input 0", input);
        this.values = RowsCall.output("output 0", first);
        this.ids = RowsCall.output("output 1", second);
        this.rows = args.rows();
        this.cols = input.cols();
        this.maxRows = Math.min(input.rows(), Math.min(first.rows(), second.rows()));
        this.shape = RowsCall.shape(cols, ((Op.TopK) args.request().op()).k(), input.rowBytes(), first.rowBytes(),
                second.rowBytes());
    }

    @Override
    public int portions(Batch batch, int workers) {
        int count = rows.in(batch);
        return count == 0 ? 0 : RowsCall.portions(count, Math.ceilDiv((long) count * cols, GRAIN), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int count = rows.in(batch);
        Objects.checkIndex(portion, portions);
        if (count > maxRows || portions > count) {
            throw new IllegalArgumentException(count + " rows of " + maxRows + ", " + portions + " portions");
        }
        RowsCall.topK(function, shape, x, values, ids, Portions.first(count, portion, portions),
                Portions.first(count, portion + 1, portions));
    }
}
