package dev.tegula.nat;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Tunable;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;

/** The engine of one instruction set. Its kernels are listed without loading the library. */
public abstract sealed class NativeProvider implements KernelProvider, Tunable
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
    public final Optional<String> wrongSetting() {
        return NativeLoader.wrongMode(System.getProperty(NativeLoader.PROPERTY, ""));
    }

    @Override
    public final Optional<Refusal> unavailable() {
        return NativeLoader.instance().reason(isa).map(reason -> new Refusal(engine(), reason));
    }

    @Override
    public final List<KernelFactory> kernels() {
        return kernels;
    }

    @Override
    public final List<String> settings() {
        return Blockings.of(isa).lines();
    }

    @Override
    public final Result tune(Duration time, DoubleConsumer progress) throws IOException {
        unavailable().ifPresent(refusal -> {
            throw new IllegalStateException(refusal.toString());
        });
        TunedFile file = TunedFile.of(isa);
        file.prepare();
        Blockings table = BlockingTable.of(isa);
        Blockings best = table;
        List<Finding> findings = new ArrayList<>();
        AtomicLong spent = new AtomicLong();
        for (LinearKind kind : LinearKind.values()) {
            try (LinearTrial trial = new LinearTrial(Functions.of(isa).withBlockings(() -> table), kind)) {
                Tuner tuner = new Tuner(trial,
                        nanos -> progress.accept(Math.min(1, (double) spent.addAndGet(nanos) / time.toNanos())));
                List<Blocking> candidates = Tuner.candidates(isa, kind, table.of(kind));
                Finding finding = tuner.find(kind.label(), candidates, time.toNanos() / LinearKind.values().length);
                findings.add(finding);
                best = best.with(kind, candidates.get(finding.chosen()));
            }
        }
        return new Result(findings, file.write(best, LocalDate.now().toString()));
    }
}
