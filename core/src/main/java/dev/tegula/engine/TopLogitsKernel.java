package dev.tegula.engine;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.sample.TopLogits;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link TopLogits} by the kernel that a table has for {@link Op.TopK}. A kernel is bound to a row's memory when the row is
 * first asked for, and stays so as long as the sessions ask for the same rows; then nothing is allocated. For one thread.
 */
final class TopLogitsKernel implements TopLogits, AutoCloseable {
    /** More than this are found in plain Java: nobody draws from so many for speed. */
    private static final int MOST = 1024;

    /** A kernel bound to a row. */
    private record Bound(MemorySegment logits, long offset, int k, Kernel kernel) {}

    private final Storage storage = new Storage("sampling");
    private final int vocabulary;
    private final KernelFactory factory;
    private final MemorySegment values;
    private final MemorySegment ids;
    private final Scratch scratch;
    private final Batch row;
    private final Bound[] bound;
    private int oldest;

    /**
     * Chooses a kernel. Engines that are slow when cold are left out: choosing a few hundred tokens takes plain Java less
     * time than such an engine needs to be compiled.
     *
     * @param kernels the kernels to choose from
     * @param vocabulary logits in a row
     * @param rows rows that are asked for in turn
     */
    TopLogitsKernel(KernelTable kernels, int vocabulary, int rows) {
        this.vocabulary = vocabulary;
        List<KernelProvider> quick = new ArrayList<>(kernels.providers());
        quick.removeIf(KernelProvider::isSlowWhenCold);
        quick.add(new RefProvider());
        int most = Math.min(MOST, vocabulary);
        this.factory = KernelTable.of(quick).choose(request(most)).factory();
        this.values = storage.allocate(4L * most);
        this.ids = storage.allocate(4L * most);
        this.scratch = Scratch.allocate(storage, factory.scratch(request(most)));
        this.row = new Batch(storage, 1, 1, 1);
        row.addSequence(new int[1], 1);
        row.addRow(0, 0, true);
        this.bound = new Bound[rows];
    }

    private KernelRequest request(int k) {
        return new KernelRequest(new Op.TopK(k), List.of(new Spec(DType.F32, Dim.OUTPUTS, vocabulary)),
                List.of(new Spec(DType.F32, Dim.OUTPUTS, k), new Spec(DType.I32, Dim.OUTPUTS, k)));
    }

    @Override
    public void select(MemorySegment logits, long offset, int count, int k, float[] values, int[] ids) {
        if (k > MOST || count != vocabulary) {
            TopLogits.plain().select(logits, offset, count, k, values, ids);
            return;
        }
        kernel(logits, offset, k).run(row, 0, 1, scratch);
        MemorySegment.copy(this.values, ValueLayout.JAVA_FLOAT, 0, values, 0, k);
        MemorySegment.copy(this.ids, ValueLayout.JAVA_INT, 0, ids, 0, k);
    }

    private Kernel kernel(MemorySegment logits, long offset, int k) {
        for (Bound each : bound) {
            if (each != null && each.logits == logits && each.offset == offset && each.k == k) {
                return each.kernel;
            }
        }
        Operand x = new Operand.Matrix(TensorView.dense(logits, offset, DType.F32, 1, vocabulary));
        Kernel kernel = factory.bind(new KernelArgs(request(k), List.of(x), List.of(
                TensorView.dense(values, 0, DType.F32, 1, k), TensorView.dense(ids, 0, DType.I32, 1, k))));
        bound[oldest] = new Bound(logits, offset, k, kernel);
        oldest = (oldest + 1) % bound.length;
        return kernel;
    }

    @Override
    public void close() {
        storage.close();
    }
}
