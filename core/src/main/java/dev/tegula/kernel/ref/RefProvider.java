package dev.tegula.kernel.ref;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;

/** The scalar engine: the twin of every kernel, and the definition of the right result. Always available. */
public final class RefProvider implements KernelProvider {
    @Override
    public String engine() {
        return "ref";
    }

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        return List.of();
    }
}
