package dev.tegula.kernel.ref;

import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The scalar engine: the twin of every kernel, and the definition of the right result. Always available. */
public final class RefProvider implements KernelProvider {
    /** Every format that weights in memory have. */
    private static final List<DType> WEIGHTS = Arrays.stream(DType.values())
            .filter(type -> type == DType.F32 || type == DType.F16 || type == DType.BF16 || Codecs.hasCodes(type))
            .toList();
    private static final List<KernelFactory> KERNELS = table();

    /** Made by the kernel table. */
    public RefProvider() {}

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
        return KERNELS;
    }

    private static List<KernelFactory> table() {
        List<KernelFactory> rows = new ArrayList<>();
        for (DType weights : WEIGHTS) {
            rows.add(RefMatMul.factory(Activations.typeFor(weights), weights));
            rows.add(RefGateUp.factory(Activations.typeFor(weights), weights));
            rows.add(RefEmbed.factory(weights));
        }
        rows.addAll(List.of(RefMatMul.factory(DType.BF16, DType.BF16), RefGateUp.factory(DType.BF16, DType.BF16),
                RefRoundBf16.factory()));
        for (DType activations : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            rows.add(RefQuantize.factory(activations));
            rows.add(RefNormQuantize.factory(activations));
        }
        for (DType cache : KvLayout.TYPES) {
            rows.add(RefAttention.factory(cache));
            rows.add(RefKvWrite.plain(cache));
            rows.add(RefKvWrite.rope(cache));
        }
        rows.addAll(List.of(RefNorm.rms(), RefNorm.layer(), RefRope.factory(), RefElementwise.add(),
                RefElementwise.gate(), RefSelectRows.factory(), RefSoftmax.factory(), RefTopK.factory()));
        return List.copyOf(rows);
    }
}
