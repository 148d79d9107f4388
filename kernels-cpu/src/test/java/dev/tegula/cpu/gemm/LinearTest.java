package dev.tegula.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.cpu.Lanes;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every linear kernel against its twin. */
class LinearTest {
    static Stream<KernelFactory> factories() {
        return LinearFactory.all().stream();
    }

    static Stream<KernelFactory> matMuls() {
        return factories().filter(factory -> factory.id().op().equals("matmul"));
    }

    /** All at the widest vectors; at narrower ones half of the N-bit integers, which are one code for all, by matmul only. */
    static Stream<KernelFactory> compared() {
        boolean narrow = System.getProperty(Lanes.PROPERTY) != null;
        return factories().filter(factory -> {
            String weights = factory.id().rhs();
            boolean fields = weights.matches("u?int[1-8]_g.*");
            return !narrow || !fields
                    || factory.id().op().equals("matmul") && weights.matches("int[1-8]_g32|uint[1-8]_g128");
        });
    }

    @ParameterizedTest
    @MethodSource("compared")
    void bitsOfTheTwin(KernelFactory factory) {
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    @ParameterizedTest
    @MethodSource("matMuls")
    void packingTakesWhatItSays(KernelFactory factory) {
        KernelRequest request = request(factory, 33, 512);
        DType type = request.input(1).type();
        assertEquals(3 * factory.packing().groupBytes(type, 512), factory.packing().bytes(type, 33, 512));
        assertEquals(16, factory.packing().groupRows());
    }

    /** More rows, columns and elements along k than a block has, so that all loops turn: each row as if it were alone. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "q4_0", "q8_0", "q4_1", "q4_k", "q6_k", "q2_k", "tq1_0", "tq2_0", "int7_g32",
        "uint3_g32", "uint8_g128"})
    void blocksOfManyRows(String format) {
        KernelFactory factory = matMuls().filter(f -> f.id().rhs().equals(format)).findFirst().orElseThrow();
        int k = switch (request(factory, 16, 768).input(0).type().blockLength()) {
            case 256 -> 768;
            case 128 -> 896;
            default -> 800;
        };
        KernelRequest request = request(factory, Linear.COLUMNS + 70, k);
        try (Storage storage = new Storage("test")) {
            TensorView x = TensorView.allocate(storage, request.input(0).type(), Linear.ROWS + 17, k);
            SplittableRandom random = new SplittableRandom(5);
            fillActivations(x, random);
            Operand.Weights w = new Operand.Weights(
                    storage.allocate(factory.packing().bytes(request.input(1).type(), Linear.COLUMNS + 70, k)), 0,
                    request.input(1).type(), Linear.COLUMNS + 70, k, factory.packing());
            fillWeights(w.segment(), random);
            TensorView all = multiply(storage, factory, request, x, w);
            for (int row : new int[]{0, 7, 11, 12, Linear.ROWS - 1, Linear.ROWS, Linear.ROWS + 16}) {
                assertSameAlone(storage, factory, request, x, w, all, row);
            }
        }
    }

    /** Rows of an odd number of elements without a byte after the last. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void denseRowsAreReadToTheirEnd(String activations) {
        KernelFactory factory = matMuls().filter(f -> f.id().lhs().equals(activations) && f.id().rhs().equals("bf16"))
                .findFirst()
                .orElseThrow();
        KernelRequest request = request(factory, 40, 33);
        try (Storage storage = new Storage("test")) {
            TensorView x = TensorView.allocate(storage, request.input(0).type(), 5, 33);
            SplittableRandom random = new SplittableRandom(6);
            for (long at = 0; at < x.segment().byteSize(); at += 2) {
                // Halves of floats between 0.5 and 2, as which lower halves do no harm.
                x.segment().set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) random.nextInt(0x3F00, 0x4000));
            }
            Operand.Weights w = new Operand.Weights(
                    storage.allocate(factory.packing().bytes(request.input(1).type(), 40, 33)), 0,
                    request.input(1).type(), 40, 33, factory.packing());
            fillWeights(w.segment(), random);
            TensorView all = multiply(storage, factory, request, x, w);
            for (int row = 0; row < 5; row++) {
                assertSameAlone(storage, factory, request, x, w, all, row);
            }
        }
    }

    private static void assertSameAlone(Storage storage, KernelFactory factory, KernelRequest request, TensorView x,
            Operand.Weights w, TensorView all, int row) {
        TensorView one = TensorView.dense(x.segment(), x.rowOffset(row), x.type(), 1, x.cols());
        TensorView alone = multiply(storage, factory, request, one, w);
        assertEquals(-1, alone.segment()
                .asSlice(0, 4L * all.cols())
                .mismatch(all.segment().asSlice(all.rowOffset(row), 4L * all.cols())), "row " + row);
    }

    /** Values about 1; of Q8 blocks random integers, their sums and a scale. */
    private static void fillActivations(TensorView x, SplittableRandom random) {
        MemorySegment segment = x.segment();
        int length = x.type().blockLength();
        if (length == 1) {
            for (long at = 0; at < segment.byteSize(); at += 4) {
                segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, (float) random.nextDouble(-1, 1));
            }
            return;
        }
        int summed = length == 256 ? 16 : 32;
        for (long block = 0; block < segment.byteSize(); block += x.type().blockBytes()) {
            segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, block, (float) random.nextDouble(0.01, 0.02));
            long values = block + 4 + 4L * (length / summed);
            for (int s = 0; s < length / summed; s++) {
                int sum = 0;
                for (int i = 0; i < summed; i++) {
                    int q = random.nextInt(-127, 128);
                    segment.set(ValueLayout.JAVA_BYTE, values + s * summed + i, (byte) q);
                    sum += q;
                }
                segment.set(ValueLayout.JAVA_INT_UNALIGNED, block + 4 + 4L * s, sum);
            }
        }
    }

    /** Packed weights that are small numbers as F32 and as F16, and at most 63 as bytes, whatever they are read as. */
    private static void fillWeights(MemorySegment segment, SplittableRandom random) {
        for (long at = 0; at + 4 <= segment.byteSize(); at += 4) {
            segment.set(ValueLayout.JAVA_INT_UNALIGNED, at, random.nextInt() & 0x0F3F0F3F | 0x30003000);
        }
    }

    private static TensorView multiply(Storage storage, KernelFactory factory, KernelRequest request, TensorView x,
            Operand.Weights w) {
        int rows = Math.toIntExact(x.rows());
        Batch batch = new Batch(storage, rows, 1, rows);
        batch.addSequence(new int[rows], rows);
        for (int r = 0; r < rows; r++) {
            batch.addRow(0, r, false);
        }
        TensorView y = TensorView.allocate(storage, DType.F32, rows, request.output().cols());
        Kernel kernel = factory.bind(new KernelArgs(request, List.of(new Operand.Matrix(x), w), List.of(y)));
        Scratch scratch = Scratch.allocate(storage, factory.scratch(request));
        scratch.bytes().fill((byte) 0xFF);
        Arrays.fill(scratch.floats(), Float.NaN);
        Arrays.fill(scratch.ints(), -1);
        int portions = kernel.portions(batch, 1);
        for (int p = 0; p < portions; p++) {
            kernel.run(batch, p, portions, scratch);
        }
        return y;
    }

    static KernelRequest request(KernelFactory factory, int n, int k) {
        return StandardRequests.of("matmul")
                .stream()
                .filter(request -> factory.refuse(request).isEmpty())
                .map(request -> new KernelRequest(new Op.MatMul(false, false),
                        List.of(new KernelRequest.Spec(request.input(0).type(), Dim.TOKENS, k),
                                new KernelRequest.Spec(request.input(1).type(), Dim.of(n), k)),
                        List.of(new KernelRequest.Spec(DType.F32, Dim.TOKENS, n))))
                .findFirst()
                .orElseThrow();
    }
}
