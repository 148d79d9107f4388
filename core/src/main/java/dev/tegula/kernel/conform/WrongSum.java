package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A kernel for {@link Op.Add} whose result is off by the last bit of one element, the last of the first row: what a test of
 * anything that compares kernels must see it find. No engine has it.
 */
public final class WrongSum implements Kernel {
    private final TensorView a;
    private final TensorView b;
    private final TensorView y;

    private WrongSum(KernelArgs args) {
        this.a = args.matrix(0);
        this.b = args.matrix(1);
        this.y = args.output();
    }

    /** A row of a kernel table, for an engine that a test makes. */
    public static KernelFactory factory(String engine) {
        return TypedFactory.of(KernelId.of("add", DType.F32, DType.F32, DType.F32, "row", engine), Op.Add.class,
                List.of(DType.F32, DType.F32), List.of(DType.F32), WrongSum::new);
    }

    @Override
    public int portions(Batch batch, int workers) {
        return 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        for (int r = 0; r < batch.rows(); r++) {
            for (int i = 0; i < y.cols(); i++) {
                float sum = at(a, r, i) + at(b, r, i);
                boolean off = r == 0 && i == y.cols() - 1;
                y.segment().set(ValueLayout.JAVA_FLOAT, y.rowOffset(r) + 4L * i, off ? Math.nextUp(sum) : sum);
            }
        }
    }

    private static float at(TensorView view, int row, int i) {
        return view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i);
    }
}
