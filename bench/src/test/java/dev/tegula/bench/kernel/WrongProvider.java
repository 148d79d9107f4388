package dev.tegula.bench.kernel;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.conform.WrongSum;
import java.util.List;
import java.util.Optional;

/** An engine whose sums are off by the last bit of one element. */
public final class WrongProvider implements KernelProvider {
    @Override
    public String engine() {
        return "wrong";
    }

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
        return List.of(WrongSum.factory(engine()));
    }
}
