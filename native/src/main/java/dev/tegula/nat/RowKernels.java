package dev.tegula.nat;

import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RenamedFactory;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** The table rows of row-wise ops. */
final class RowKernels {
    /** Ops that copy a row per token or output, from a Java callback in one of them: C would not be faster. */
    private static final Set<String> PLAIN = Set.of("embed", "selectrows");
    /** One more that is little beside what it is for. */
    private static final String ROUNDING = "quantize.bf16";

    private RowKernels() {}

    /** All rows for an instruction set. */
    static List<KernelFactory> all(Functions functions) {
        Isa isa = functions.isa();
        List<KernelFactory> rows = new ArrayList<>();
        Function<KernelArgs, Kernel> rowWise = args -> new RowKernel(functions, args);
        Function<KernelArgs, Kernel> rope = args -> new RopeKernel(functions, args);
        rows.add(factory(isa, Op.RmsNorm.class, inputs(2), List.of(DType.F32), rowWise));
        rows.add(factory(isa, Op.LayerNorm.class, inputs(3), List.of(DType.F32), rowWise));
        rows.add(factory(isa, Op.Add.class, inputs(2), List.of(DType.F32), rowWise));
        rows.add(factory(isa, Op.Gate.class, inputs(2), List.of(DType.F32), rowWise));
        rows.add(factory(isa, Op.Softmax.class, inputs(1), List.of(DType.F32), rowWise));
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            rows.add(factory(isa, Op.Quantize.class, inputs(1), List.of(type), rowWise));
            rows.add(factory(isa, Op.NormQuantize.class, inputs(2), List.of(type), rowWise));
        }
        rows.add(factory(isa, Op.TopK.class, inputs(1), List.of(DType.F32, DType.I32),
                args -> new TopKKernel(functions, args)));
        rows.add(factory(isa, Op.Rope.class, inputs(2), List.of(DType.F32), rope));
        for (DType cache : KvLayout.TYPES) {
            rows.add(TypedFactory.of(id(isa, "kvwrite", cache), Op.KvWrite.class,
                    List.of(DType.F32, DType.F32, cache), List.of(), rope));
            rows.add(TypedFactory.of(id(isa, "ropekvwrite", cache), Op.RopeKvWrite.class,
                    List.of(DType.F32, DType.F32, DType.F32, DType.F32, cache), List.of(DType.F32), rope));
        }
        for (KernelFactory scalar : new RefProvider().kernels()) {
            if (PLAIN.contains(scalar.id().op()) || scalar.id().toString().startsWith(ROUNDING)) {
                rows.add(new RenamedFactory(scalar, isa.engine()));
            }
        }
        return rows;
    }

    private static KernelFactory factory(Isa isa, Class<? extends Op> op, List<DType> inputs, List<DType> outputs,
            Function<KernelArgs, Kernel> binder) {
        String name = op.getSimpleName().toLowerCase(Locale.ROOT);
        return TypedFactory.of(id(isa, name, outputs.get(0)), op, inputs, outputs, binder);
    }

    private static List<DType> inputs(int count) {
        return Collections.nCopies(count, DType.F32);
    }

    private static KernelId id(Isa isa, String op, DType dst) {
        return KernelId.of(op, dst, DType.F32, DType.F32, "row", isa.engine());
    }
}
