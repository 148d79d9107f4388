package dev.tegula.cpu.elem;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Portions;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TopHeap;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Op.TopK}, by rows: groups of four vectors are compared with the last in rank of those kept so far, and only the
 * elements of a group in which one may precede it are looked at alone.
 */
final class TopRows implements Kernel {
    private static final int GROUP = 4 * Lanes.COUNT;

    private final int k;
    private final TensorView x;
    private final TensorView values;
    private final TensorView ids;
    private final RowCount rows;

    TopRows(KernelArgs args) {
        this.k = ((Op.TopK) args.request().op()).k();
        this.x = args.matrix(0);
        this.values = args.output();
        this.ids = args.outputs().get(1);
        this.rows = args.rows();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return Portions.of(rows.in(batch), workers);
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        int end = Portions.first(rows.in(batch), portion + 1, portions);
        for (int r = Portions.first(rows.in(batch), portion, portions); r < end; r++) {
            row(x.rowOffset(r), scratch.floats(), scratch.ints());
            MemorySegment.copy(scratch.floats(), 0, values.segment(), ValueLayout.JAVA_FLOAT, values.rowOffset(r), k);
            MemorySegment.copy(scratch.ints(), 0, ids.segment(), ValueLayout.JAVA_INT, ids.rowOffset(r), k);
        }
    }

    private void row(long at, float[] first, int[] columns) {
        int n = x.cols();
        int whole = n - (n - k) % GROUP;
        TopHeap.start(x.segment(), at, k, first, columns);
        for (int i = next(x.segment(), at, k, whole, first[0]); i < whole;) {
            TopHeap.offer(x.segment(), at, i, i + GROUP, k, first, columns);
            i = next(x.segment(), at, i + GROUP, whole, first[0]);
        }
        TopHeap.offer(x.segment(), at, whole, n, k, first, columns);
        TopHeap.sort(k, first, columns);
    }

    /** Where the next group begins that has an element above a limit, or NaN; {@code to} when there is none. */
    private static int next(MemorySegment x, long at, int from, int to, float limit) {
        FloatVector most = FloatVector.broadcast(Lanes.F32, limit);
        for (int i = from; i < to; i += GROUP) {
            long group = at + 4L * i;
            FloatVector a = FloatVector.fromMemorySegment(Lanes.F32, x, group, Lanes.LE);
            FloatVector b = FloatVector.fromMemorySegment(Lanes.F32, x, group + Lanes.BYTES, Lanes.LE);
            FloatVector c = FloatVector.fromMemorySegment(Lanes.F32, x, group + 2 * Lanes.BYTES, Lanes.LE);
            FloatVector d = FloatVector.fromMemorySegment(Lanes.F32, x, group + 3 * Lanes.BYTES, Lanes.LE);
            if (!a.compare(VectorOperators.LE, most)
                    .and(b.compare(VectorOperators.LE, most))
                    .and(c.compare(VectorOperators.LE, most))
                    .and(d.compare(VectorOperators.LE, most))
                    .allTrue()) {
                return i;
            }
        }
        return to;
    }
}
