package dev.tegula.nat;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The engine of one instruction set. Its kernels are listed without loading the library. */
public abstract sealed class NativeProvider implements KernelProvider
        permits Avx2Provider, AvxVnniProvider, Avx512Provider, AmxProvider, NeonProvider, I8mmProvider {
    private final Isa isa;
    private final List<KernelFactory> kernels;

    NativeProvider(Isa isa) {
        this.isa = isa;
        this.kernels = kernels(Functions.of(isa));
    }

    /** The rows of the table for an instruction set. */
    static List<KernelFactory> kernels(Functions functions) {
        List<KernelFactory> all = new ArrayList<>(LinearKernel.all(functions));
        all.addAll(RowKernels.all(functions));
        all.addAll(AttentionKernel.all(functions));
        return List.copyOf(all);
    }

    @Override
    public final String engine() {
        return isa.engine();
    }

    @Override
    public final int rank() {
        return isa.rank();
    }

    @Override
    public final Optional<Refusal> unavailable() {
        return NativeLoader.instance().reason(isa).map(reason -> new Refusal(engine(), reason));
    }

    @Override
    public final List<KernelFactory> kernels() {
        return kernels;
    }
}
