package dev.tegula.cli;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kernel.conform.WrongSum;
import dev.tegula.tensor.DType;
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
        return List.of(WrongSum.factory(engine()),
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
}
