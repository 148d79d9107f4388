package dev.tegula.cpu.elem;

import dev.tegula.cpu.CpuKernelProvider;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RenamedFactory;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.TopHeap;
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

/** The table rows of row-wise and element-wise ops. Kernel classes are loaded when a kernel is bound. */
public final class ElemFactories {
    /** Ops that move memory or decode a row per token: plain Java is as fast, so the scalar kernels serve here too. */
    private static final Set<String> PLAIN = Set.of("embed", "selectrows", "kvwrite");
    /** One more that is little beside what it is for. */
    private static final String ROUNDING = "quantize.bf16";

    private ElemFactories() {}

    /** All rows. */
    public static List<KernelFactory> all() {
        List<KernelFactory> rows = new ArrayList<>();
        rows.add(floats(Op.RmsNorm.class, 2, args -> new Norm(args)).withScratch(request -> Scratch.Size.ofBytes(64)));
        rows.add(
                floats(Op.LayerNorm.class, 3, args -> new Norm(args)).withScratch(request -> Scratch.Size.ofBytes(64)));
        rows.add(floats(Op.Add.class, 2, args -> new Elementwise(args)));
        rows.add(floats(Op.Gate.class, 2, args -> new Elementwise(args)));
        rows.add(floats(Op.Softmax.class, 1, args -> new SoftmaxRows(args))
                .withScratch(request -> Scratch.Size.ofBytes(64)));
        rows.add(TypedFactory
                .of(id("topk", DType.F32, DType.F32), Op.TopK.class, List.of(DType.F32), List.of(DType.F32, DType.I32),
                        args -> new TopRows(args))
                .withScratch(request -> TopHeap.scratch(((Op.TopK) request.op()).k())));
        rows.add(floats(Op.Rope.class, 2, args -> new Rope(args))
                .withScratch(request -> Scratch.Size.ofBytes(8L * ((Op.Rope) request.op()).dims())));
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            rows.add(TypedFactory.of(id("quantize", type, DType.F32), Op.Quantize.class, List.of(DType.F32),
                    List.of(type), args -> new Quantizer(args)));
            rows.add(TypedFactory
                    .of(id("normquantize", type, DType.F32), Op.NormQuantize.class, List.of(DType.F32, DType.F32),
                            List.of(type), args -> new NormQuantizer(args))
                    .withScratch(request -> Scratch.Size.ofBytes(64 + 4L * type.blockLength())));
        }
        for (DType cache : KvLayout.TYPES) {
            rows.add(TypedFactory
                    .of(id("ropekvwrite", cache, DType.F32), Op.RopeKvWrite.class,
                            List.of(DType.F32, DType.F32, DType.F32, DType.F32, cache), List.of(DType.F32),
                            args -> new RopeKvWrite(args))
                    .withScratch(request -> Scratch.Size.ofBytes(8L * ((Op.RopeKvWrite) request.op()).dims())));
        }
        for (KernelFactory scalar : new RefProvider().kernels()) {
            if (PLAIN.contains(scalar.id().op()) || scalar.id().toString().startsWith(ROUNDING)) {
                rows.add(new RenamedFactory(scalar, CpuKernelProvider.ENGINE));
            }
        }
        return rows;
    }

    private static TypedFactory floats(Class<? extends Op> op, int inputs, Function<KernelArgs, Kernel> binder) {
        String name = op.getSimpleName().toLowerCase(Locale.ROOT);
        return TypedFactory.of(id(name, DType.F32, DType.F32), op, Collections.nCopies(inputs, DType.F32),
                List.of(DType.F32), binder);
    }

    private static KernelId id(String op, DType dst, DType src) {
        return KernelId.of(op, dst, src, src, "row", CpuKernelProvider.ENGINE);
    }
}
