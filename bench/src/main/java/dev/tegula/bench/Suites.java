package dev.tegula.bench;

import dev.tegula.bench.attn.AttentionBench;
import dev.tegula.bench.elem.EmbedBench;
import dev.tegula.bench.elem.GateBench;
import dev.tegula.bench.elem.NormBench;
import dev.tegula.bench.elem.QuantizeBench;
import dev.tegula.bench.elem.RopeBench;
import dev.tegula.bench.elem.SoftmaxBench;
import dev.tegula.bench.elem.TopKBench;
import dev.tegula.bench.gemm.Bf16Bench;
import dev.tegula.bench.gemm.FormatBench;
import dev.tegula.bench.gemm.GateUpBench;
import dev.tegula.bench.gemm.MatMulBench;
import dev.tegula.bench.kernel.KernelBench;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which suite measures which op. */
public final class Suites {
    private static final Map<String, Class<? extends KernelBench>> BY_OP = Map.ofEntries(
            Map.entry("matmul", MatMulBench.class), Map.entry("gateup", GateUpBench.class),
            Map.entry("attention", AttentionBench.class), Map.entry("rmsnorm", NormBench.class),
            Map.entry("layernorm", NormBench.class), Map.entry("normquantize", NormBench.class),
            Map.entry("rope", RopeBench.class), Map.entry("kvwrite", RopeBench.class),
            Map.entry("ropekvwrite", RopeBench.class), Map.entry("gate", GateBench.class),
            Map.entry("add", GateBench.class), Map.entry("quantize", QuantizeBench.class),
            Map.entry("softmax", SoftmaxBench.class), Map.entry("embed", EmbedBench.class),
            Map.entry("selectrows", EmbedBench.class), Map.entry("topk", TopKBench.class));

    private Suites() {}

    /**
     * The suite of an op.
     *
     * @param op the op's name in kernel ids
     */
    public static Optional<Class<? extends KernelBench>> of(String op) {
        return Optional.ofNullable(BY_OP.get(op));
    }

    /** All suites of kernels, in the order of their names: those of ops, and what they leave out. */
    public static List<Class<? extends KernelBench>> all() {
        Comparator<Class<? extends KernelBench>> byName = Comparator.comparing(Class::getSimpleName);
        return Stream.concat(BY_OP.values().stream(), Stream.of(Bf16Bench.class, FormatBench.class))
                .distinct()
                .sorted(byName)
                .toList();
    }

    /** The ops that have a suite, as kernel ids name them. */
    public static Set<String> ops() {
        return BY_OP.keySet();
    }
}
