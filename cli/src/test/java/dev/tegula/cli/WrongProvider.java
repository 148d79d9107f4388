package dev.tegula.cli;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** An engine whose sums are off by the last bit of one element; another kernel of it fails, and one ends the JVM. */
public final class WrongProvider implements KernelProvider {
    @Override
    public String engine() {
        return "wrong";
    }

    /** Below the scalar engine, so that nothing runs on it by itself. */
    @Override
    public int rank() {
        return -1;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        KernelId id = KernelId.of("add", DType.F32, DType.F32, DType.F32, "row", engine());
        return List.of(
                TypedFactory.of(id, Op.Add.class, List.of(DType.F32, DType.F32), List.of(DType.F32), WrongSum::new),
                TypedFactory.of(KernelId.of("softmax", DType.F32, DType.F32, DType.F32, "fails", engine()),
                        Op.Softmax.class, List.of(DType.F32), List.of(DType.F32), args -> {
                            throw new IllegalStateException("out of order");
                        }),
                TypedFactory.of(KernelId.of("softmax", DType.F32, DType.F32, DType.F32, "halts", engine()),
                        Op.Softmax.class, List.of(DType.F32), List.of(DType.F32), args -> {
                            Runtime.getRuntime().halt(7);
                            return null;
                        }));
    }

    /** The sum, but for the last element of the first row. */
    private record WrongSum(KernelArgs args) implements Kernel {
        @Override
        public int portions(Batch batch, int workers) {
            return 1;
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            TensorView y = args.output();
            for (int r = 0; r < batch.rows(); r++) {
                for (int i = 0; i < y.cols(); i++) {
                    float sum = at(args.matrix(0), r, i) + at(args.matrix(1), r, i);
                    boolean off = r == 0 && i == y.cols() - 1;
                    y.segment().set(ValueLayout.JAVA_FLOAT, y.rowOffset(r) + 4L * i, off ? Math.nextUp(sum) : sum);
                }
            }
        }

        private static float at(TensorView view, int row, int i) {
            return view.segment().get(ValueLayout.JAVA_FLOAT, view.rowOffset(row) + 4L * i);
        }
    }
}
