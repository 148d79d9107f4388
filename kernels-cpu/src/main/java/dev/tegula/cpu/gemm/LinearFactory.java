package dev.tegula.cpu.gemm;

import dev.tegula.cpu.CpuKernelProvider;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.TypedFactory;
import dev.tegula.tensor.DType;
import dev.tegula.tile.Packings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The table of linear layers: a row per weight format. Loads no vector class until a kernel is bound. */
public final class LinearFactory {
    /**
     * How a weight format is multiplied.
     *
     * @param x format of the activations
     * @param type format of the weights
     * @param micro makes the micro-kernel
     * @param rows activation rows of its largest register tile
     * @param lookup whether that looks sums up
     */
    private record Format(DType x, DType type, Supplier<MicroKernel> micro, int rows, boolean lookup) {
        Format(DType x, DType type, Supplier<MicroKernel> micro) {
            this(x, type, micro, TallTile.ROWS, false);
        }

        Format(DType type, Supplier<MicroKernel> micro) {
            this(Activations.typeFor(type), type, micro);
        }

        /** One that multiplies many rows in int16. */
        static Format pairs(DType type, Supplier<MicroKernel> micro) {
            return new Format(Activations.typeFor(type), type, micro, PairTile.TALL, false);
        }

        /** Activation rows times vectors of weight rows. */
        String tile() {
            return (lookup ? "lut" : "") + rows + "x2v";
        }
    }

    private static final List<Format> FORMATS = List.of(
            new Format(DType.F32, () -> new MicroF32()),
            new Format(DType.F16, () -> new MicroF16()),
            new Format(DType.BF16, () -> new MicroBf16()),
            new Format(DType.BF16, DType.BF16, () -> new MicroBf16Pairs()),
            Format.pairs(DType.Q4_0, () -> new MicroQ40()),
            new Format(DType.Q8_0, () -> new MicroQ80()),
            Format.pairs(DType.Q4_K, () -> new MicroQ4K()),
            Format.pairs(DType.Q6_K, () -> new MicroQ6K()),
            Format.pairs(DType.TQ1_0, () -> new MicroTq20()),
            Format.pairs(DType.TQ2_0, () -> new MicroTq20()),
            Format.pairs(DType.TQ2_F32, () -> new MicroTq20()),
            new Format(DType.Q4_1, () -> new MicroCodes32(true)),
            new Format(DType.Q5_0, () -> new MicroCodes32(false)),
            new Format(DType.Q5_1, () -> new MicroCodes32(true)),
            new Format(DType.IQ4_NL, () -> new MicroCodes32(false)),
            new Format(DType.MXFP4, () -> new MicroCodes32(false)),
            new Format(DType.Q2_K, () -> new MicroCodes256(true)),
            new Format(DType.Q3_K, () -> new MicroCodes256(false)),
            new Format(DType.Q5_K, () -> new MicroCodes256(true)),
            new Format(DType.IQ4_XS, () -> new MicroCodes256(false)));

    private LinearFactory() {}

    /** A kernel for {@link Op.MatMul} and one for {@link Op.GateUp} of every format. */
    public static List<KernelFactory> all() {
        List<KernelFactory> all = new ArrayList<>();
        List<Format> formats = new ArrayList<>(FORMATS);
        for (DType type : DType.values()) {
            if (type.fields().isPresent()) {
                formats.add(new Format(type, () -> new MicroFields(Packings.fields(type))));
            }
        }
        // After those that multiply; to be compared by whoever names them.
        for (DType type : Packings.TERNARY) {
            formats.add(new Format(Activations.typeFor(type), type, () -> new MicroLookup(),
                    PairTile.TALL, true));
        }
        for (Format format : formats) {
            all.add(factory(format, "matmul", Op.MatMul.class, 1));
            all.add(factory(format, "gateup", Op.GateUp.class, 2));
        }
        return all;
    }

    private static KernelFactory factory(Format format, String name, Class<? extends Op> op, int matrices) {
        DType x = format.x();
        List<DType> inputs = matrices == 1 ? List.of(x, format.type()) : List.of(x, format.type(), format.type());
        KernelId id = KernelId.of(name, DType.F32, x, format.type(), format.tile(), CpuKernelProvider.ENGINE);
        int record = format.lookup() ? Rows.TABLES : Rows.PAIRS;
        return TypedFactory
                .of(id, op, inputs, List.of(DType.F32), args -> new Linear(format.micro().get(), args))
                .withPacking(format.lookup() ? Packings.LOOKUP : Packings.of(format.type()))
                .withScratch(
                        request -> Memory.size(request.input(0).cols(), request.output().cols(), matrices, record));
    }
}
