package dev.tegula.kernel;

import dev.tegula.tile.Packing;
import java.util.Optional;

/**
 * A kernel under another engine's name: for ops that move memory or decode a row per token, in which the scalar kernels
 * are as fast as any.
 *
 * @param kernel the kernel that does the work
 * @param engine the engine's name in kernel ids
 */
public record RenamedFactory(KernelFactory kernel, String engine) implements KernelFactory {
    @Override
    public KernelId id() {
        KernelId id = kernel.id();
        return new KernelId(id.op(), id.dst(), id.lhs(), id.rhs(), id.tile(), engine);
    }

    @Override
    public Optional<Refusal> refuse(KernelRequest request) {
        return kernel.refuse(request).map(refusal -> new Refusal(id().toString(), refusal.reason()));
    }

    @Override
    public Packing packing() {
        return kernel.packing();
    }

    @Override
    public Scratch.Size scratch(KernelRequest request) {
        return kernel.scratch(request);
    }

    @Override
    public Cost cost(KernelRequest request, int rows, int context) {
        return kernel.cost(request, rows, context);
    }

    @Override
    public Kernel bind(KernelArgs args) {
        return kernel.bind(args);
    }
}
