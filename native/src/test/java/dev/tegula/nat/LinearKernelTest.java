package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tensor.codec.Codecs;
import dev.tegula.tensor.codec.Codes;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Linear layers in C have the bits of their scalar twins. */
class LinearKernelTest {
    private static final Set<String> LINEAR = Set.of("matmul", "gateup");

    static List<NativeProvider> providers() {
        return List.of(new Avx2Provider(), new AvxVnniProvider(), new Avx512Provider(), new AmxProvider());
    }

    static Stream<KernelFactory> kernels() {
        return providers().stream()
                .flatMap(provider -> provider.kernels().stream())
                .filter(factory -> LINEAR.contains(factory.id().op()));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsOfTheTwin(KernelFactory factory) {
        assumeAvailable(factory);
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    static Stream<KernelFactory> formats() {
        // Of those for N-bit integers, which share their code, two widths.
        return new Avx2Provider().kernels()
                .stream()
                .filter(factory -> LINEAR.contains(factory.id().op())
                        && !factory.id().rhs().matches("u?int[124567]_g.*"));
    }

    /** More columns than a block of linear.h, more rows, and more elements than records of enough rows hold. */
    @ParameterizedTest
    @MethodSource("formats")
    void bitsOverSeveralBlocks(KernelFactory format) {
        DType type = DType.valueOf(format.id().rhs().toUpperCase(Locale.ROOT));
        int tail = type.isBlocked() ? 0 : 77;
        DType x = DType.valueOf(format.id().lhs().toUpperCase(Locale.ROOT));
        boolean gated = format.id().op().equals("gateup");
        boolean lookup = isLookup(format);
        sameBits(gated, lookup, x, type, 512 + 45, 1024 + tail, 97);
        sameBits(gated, lookup, x, type, 45, 512 + tail, 260);
        sameBits(gated, lookup, x, type, 45, 44 * 256 + tail, 53);
        if (lookup) {
            // Not one row's tables fit.
            sameBits(gated, true, x, type, 45, 180 * 256, 3);
        }
    }

    private static boolean isLookup(KernelFactory factory) {
        return factory.id().tile().startsWith("lut");
    }

    static Stream<KernelFactory> recordsAndTiles() {
        // One format for each way to make records and to multiply them.
        return formats().filter(factory -> factory.id().rhs().matches("f32|bf16|q4_0|q5_1|uint8_g128|q4_k|q6_k|tq2_0"));
    }

    /** Blocks of one row, of few columns, short steps, low tiles, and no room for the records of enough rows. */
    @ParameterizedTest
    @MethodSource("recordsAndTiles")
    void bitsDoNotDependOnTheBlocking(KernelFactory format) {
        DType type = DType.valueOf(format.id().rhs().toUpperCase(Locale.ROOT));
        DType x = DType.valueOf(format.id().lhs().toUpperCase(Locale.ROOT));
        boolean floats = LinearKind.of(type) == LinearKind.FLOATS;
        int kc = floats ? 96 : Blocking.CHUNK;
        sameBits(format.id().op().equals("gateup"), isLookup(format), x, type, 150, floats ? 717 : 768, 53,
                new Blocking(1, 64, kc, 1, 1024), new Blocking(6, 128, kc, 2, 6 * 1024),
                new Blocking(20, 64, kc, 4, 33_000), new Blocking(48, 192, kc, 6, 64 * 1024),
                new Blocking(104, 512, kc, 8, 200_001));
        // Records of one row, but of no tile, fit.
        sameBits(format.id().op().equals("gateup"), isLookup(format), x, type, 150, floats ? 717 : 768, 1,
                new Blocking(4, 64, kc, 4, 4 * 1024));
    }

    private static void sameBits(boolean gated, boolean lookup, DType activations, DType type, int n, int k, int rows,
            Blocking... blockings) {
        Spec x = new Spec(activations, Dim.TOKENS, k);
        Spec w = new Spec(type, Dim.of(n), k);
        KernelRequest request = new KernelRequest(
                gated ? new Op.GateUp(Activation.GELU) : new Op.MatMul(false, false),
                gated ? List.of(x, w, w) : List.of(x, w), List.of(new Spec(DType.F32, Dim.TOKENS, n)));
        try (Storage storage = new Storage("test")) {
            List<Operand> inputs = inputs(storage, request, rows);
            Batch batch = batch(storage, rows);
            float[] expected = run(storage, twin(request), request, inputs, batch, 1);
            for (Functions functions : functions(LinearKind.of(type), List.of(blockings))) {
                KernelFactory factory = LinearKernel.all(functions)
                        .stream()
                        .filter(row -> row.refuse(request).isEmpty() && isLookup(row) == lookup)
                        .findFirst()
                        .orElseThrow();
                for (int workers : new int[]{1, 3}) {
                    float[] actual = run(storage, factory, request, inputs, batch, workers);
                    for (int i = 0; i < expected.length; i++) {
                        assertEquals(Float.floatToIntBits(expected[i]), Float.floatToIntBits(actual[i]),
                                () -> factory.id() + ", " + request + ", " + rows + " rows, "
                                        + functions.blockings().get());
                    }
                }
            }
        }
    }

    /** Those that run here, each with its own blocking or with each of those given that it has a tile for. */
    private static List<Functions> functions(LinearKind kind, List<Blocking> blockings) {
        List<Functions> all = new ArrayList<>();
        for (Isa isa : Isa.values()) {
            if (NativeLoader.instance().reason(isa).isEmpty()) {
                Functions own = Functions.of(isa);
                if (blockings.isEmpty()) {
                    all.add(own);
                }
                blockings.stream()
                        .filter(blocking -> isa.hasTile(kind, blocking.mr()))
                        .forEach(blocking -> all.add(own.withBlockings(
                                () -> BlockingTable.of(isa).with(kind, blocking))));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void refusesOtherFormats(KernelFactory factory) {
        Spec x = new Spec(DType.F32, Dim.TOKENS, 256);
        Spec w = new Spec(DType.I32, Dim.of(16), 256);
        boolean gated = factory.id().op().equals("gateup");
        Optional<Refusal> refusal = factory.refuse(new KernelRequest(
                gated ? new Op.GateUp(Activation.SILU) : new Op.MatMul(false, false),
                gated ? List.of(x, w, w) : List.of(x, w), List.of(new Spec(DType.F32, Dim.TOKENS, 16))));
        assertTrue(refusal.orElseThrow().reason().contains("must be"), refusal.toString());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void checksArgumentsBeforeTheCall(KernelFactory factory) {
        assumeAvailable(factory);
        if (factory.id().op().equals("gateup")) {
            return;
        }
        DType type = DType.valueOf(factory.id().rhs().toUpperCase(Locale.ROOT));
        DType x = DType.valueOf(factory.id().lhs().toUpperCase(Locale.ROOT));
        KernelRequest request = new KernelRequest(new Op.MatMul(false, false),
                List.of(new Spec(x, Dim.TOKENS, 256), new Spec(type, Dim.of(40), 256)),
                List.of(new Spec(DType.F32, Dim.TOKENS, 40)));
        Storage storage = new Storage("test");
        List<Operand> inputs = inputs(storage, request, 4);
        TensorView y = TensorView.allocate(storage, DType.F32, 4, 40);
        Kernel kernel = factory.bind(new KernelArgs(request, packed(storage, factory, inputs), List.of(y)));
        Scratch scratch = Scratch.allocate(storage, factory.scratch(request));
        MemorySegment tooSmall = scratch.bytes().asSlice(0, scratch.bytes().byteSize() - 1);
        assertThrows(IllegalArgumentException.class, () -> kernel.run(batch(storage, 5), 0, 1, scratch));
        Batch empty = batch(storage, 4);
        empty.clear();
        kernel.run(empty, 0, 1, scratch);
        assertThrows(IllegalArgumentException.class,
                () -> kernel.run(batch(storage, 4), 0, 1, new Scratch(tooSmall, scratch.floats(), scratch.ints())));
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(batch(storage, 4), 2, 2, scratch));
        Batch batch = batch(storage, 4);
        storage.close();
        try (Storage other = new Storage("batch")) {
            Batch again = batch(other, 4);
            assertThrows(IllegalStateException.class, () -> kernel.run(again, 0, 1, scratch));
        }
        assertThrows(IllegalStateException.class, () -> batch.token(0));
    }

    @Test
    void listsItsKernelsWhateverTheMachine() {
        List<String> ids = new Avx2Provider().kernels().stream().map(kernel -> kernel.id().toString()).toList();
        assertTrue(ids.containsAll(List.of("matmul.f32.f32.f16.16x6.nat-avx2", "gateup.f32.q8_a32.q4_0.16x4.nat-avx2",
                "matmul.f32.q8_a256.q6_k.16x3.nat-avx2")), ids.toString());
        // And two with dot products of BF16.
        assertEquals(ids.size() + 2, new Avx512Provider().kernels().size());
    }

    private static void assumeAvailable(KernelFactory factory) {
        providers().stream()
                .filter(provider -> factory.id().engine().equals(provider.engine()))
                .forEach(provider -> assumeTrue(provider.unavailable().isEmpty(),
                        () -> provider.unavailable().get().toString()));
        if (factory.id().tile().startsWith("dot")) {
            Optional<String> reason = NativeLoader.instance().reasonAgainstBf16();
            assumeTrue(reason.isEmpty(), reason::toString);
        }
    }

    private static KernelFactory twin(KernelRequest request) {
        return new RefProvider().kernels()
                .stream()
                .filter(row -> row.refuse(request).isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private static Batch batch(Storage storage, int rows) {
        Batch batch = new Batch(storage, rows, 1, rows);
        batch.addSequence(new int[rows], rows);
        for (int r = 0; r < rows; r++) {
            batch.addRow(0, r, false);
        }
        return batch;
    }

    private static List<Operand> inputs(Storage storage, KernelRequest request, int rows) {
        SplittableRandom random = new SplittableRandom(7);
        List<Operand> inputs = new ArrayList<>();
        for (Spec spec : request.inputs()) {
            long count = spec.rows().isSymbolic() ? rows : spec.rows().size();
            TensorView view = TensorView.allocate(storage, spec.type(), count, spec.cols());
            for (long at = 0; at < view.bytes(); at += spec.type().blockBytes()) {
                block(spec.type(), view.segment(), at, random);
            }
            inputs.add(spec.rows().isSymbolic()
                    ? new Operand.Matrix(view)
                    : new Operand.Weights(view.segment(), 0, spec.type(), count, spec.cols(), Packing.STORED));
        }
        return inputs;
    }

    /** A random block of a format, with finite scales. */
    private static void block(DType type, MemorySegment memory, long at, SplittableRandom random) {
        switch (type) {
            case F32 -> memory.set(ValueLayout.JAVA_FLOAT, at, (float) random.nextGaussian());
            case F16, BF16 ->
                memory.set(ValueLayout.JAVA_SHORT, at, Float.floatToFloat16((float) random.nextGaussian()));
            case Q8_A32, Q8_A128, Q8_A256 -> {
                int sumLength = type == DType.Q8_A256 ? 16 : 32;
                long values = at + type.blockBytes() - type.blockLength();
                memory.set(ValueLayout.JAVA_FLOAT, at, (float) random.nextGaussian());
                for (int i = 0; i < type.blockLength(); i += sumLength) {
                    int sum = 0;
                    for (int j = i; j < i + sumLength; j++) {
                        byte q = (byte) random.nextInt(-127, 128);
                        memory.set(ValueLayout.JAVA_BYTE, values + j, q);
                        sum += q;
                    }
                    memory.set(ValueLayout.JAVA_INT, at + 4 + 4L * (i / sumLength), sum);
                }
            }
            default -> {
                Codes codes = new Codes();
                do {
                    for (int i = 0; i < type.blockBytes(); i++) {
                        memory.set(ValueLayout.JAVA_BYTE, at + i, (byte) random.nextInt());
                    }
                    Codecs.codes(type).unpack(memory, at, codes);
                } while (!Float.isFinite(codes.d) || !Float.isFinite(codes.dmin));
            }
        }
    }

    private static List<Operand> packed(Storage storage, KernelFactory factory, List<Operand> inputs) {
        Packing packing = factory.packing();
        List<Operand> result = new ArrayList<>();
        for (Operand operand : inputs) {
            if (operand instanceof Operand.Weights(var from, var at, var type, var rows, var cols, var stored)) {
                MemorySegment to = storage.allocate(packing.bytes(type, rows, cols));
                for (long row = 0; row < rows; row += packing.groupRows()) {
                    packing.packGroup(type, cols, (int) Math.min(packing.groupRows(), rows - row), from,
                            at + row * type.bytes(cols), to,
                            row / packing.groupRows() * packing.groupBytes(type, cols));
                }
                result.add(new Operand.Weights(to, 0, type, rows, cols, packing));
            } else {
                result.add(operand);
            }
        }
        return result;
    }

    private static float[] run(Storage storage, KernelFactory factory, KernelRequest request, List<Operand> inputs,
            Batch batch, int workers) {
        TensorView y = TensorView.allocate(storage, DType.F32, batch.rows(), request.output().cols());
        Kernel kernel = factory.bind(new KernelArgs(request, packed(storage, factory, inputs), List.of(y)));
        Scratch scratch = Scratch.allocate(storage, factory.scratch(request));
        int portions = kernel.portions(batch, workers);
        for (int p = 0; p < portions; p++) {
            kernel.run(batch, p, portions, scratch);
        }
        return y.segment().toArray(ValueLayout.JAVA_FLOAT);
    }
}
