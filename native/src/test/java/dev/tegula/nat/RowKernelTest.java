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
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Row-wise ops in C have the bits of their scalar twins, however a call is cut, and check what they are given. */
class RowKernelTest {
    private static final int WIDE = 3 * 1024 + 256;
    private static final Scratch NONE = new Scratch(MemorySegment.NULL, new float[0], new int[0]);

    static Stream<KernelFactory> kernels() {
        return Stream.of(Isa.values()).flatMap(isa -> RowKernels.all(Functions.of(isa)).stream());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsOfTheTwin(KernelFactory factory) {
        assumeAvailable(factory.id().engine());
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    /** Every row of the scalar engine that is neither a linear layer nor attention has one in C. */
    @ParameterizedTest
    @EnumSource(Isa.class)
    void coversEveryRowWiseOp(Isa isa) {
        Set<String> elsewhere = Set.of("matmul", "gateup", "attention");
        Set<String> twins = new RefProvider().kernels()
                .stream()
                .filter(row -> !elsewhere.contains(row.id().op()))
                .map(row -> row.id().toString().replace(".ref", "." + isa.engine()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(twins, RowKernels.all(Functions.of(isa))
                .stream()
                .map(row -> row.id().toString())
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Rows of several pieces, cut as finely as they can be and unevenly, more finely than portions() would. */
    @ParameterizedTest
    @EnumSource(Isa.class)
    void anyCutGivesTheSameBits(Isa isa) {
        assumeAvailable(isa.engine());
        Spec x = tokens(DType.F32, WIDE);
        Spec w = new Spec(DType.F32, Dim.of(1), WIDE);
        anyCut(isa, new KernelRequest(new Op.Gate(Activation.SILU), List.of(x, x), List.of(x)), 4);
        anyCut(isa, new KernelRequest(new Op.Add(), List.of(x, x), List.of(x)), 4);
        anyCut(isa, new KernelRequest(new Op.Quantize(), List.of(x), List.of(tokens(DType.Q8_A32, WIDE))), 4);
        anyCut(isa, new KernelRequest(new Op.Quantize(), List.of(x), List.of(tokens(DType.Q8_A256, WIDE))), 4);
        anyCut(isa, new KernelRequest(new Op.Quantize(), List.of(x), List.of(tokens(DType.Q8_A128, WIDE))), 4);
        anyCut(isa, new KernelRequest(new Op.LayerNorm(1e-5f), List.of(x, w, w), List.of(x)), 1);
        anyCut(isa, new KernelRequest(new Op.RmsNorm(1e-5f, 8),
                List.of(x, new Spec(DType.F32, Dim.of(1), WIDE / 8)), List.of(x)), 8);
    }

    /** Few rows are cut by heads: 7 rows of 5 KV heads, to which 12 heads do not divide evenly. */
    @ParameterizedTest
    @EnumSource(Isa.class)
    void fewRowsAreCutByHeads(Isa isa) {
        assumeAvailable(isa.engine());
        for (int rows : new int[]{7, 8}) {
            try (Storage storage = new Storage("test")) {
                Batch batch = batch(storage, rows, 0);
                MemorySegment[] expected = rope(storage, twin(ropeRequest(40)), batch, 1);
                for (int portions : new int[]{1, 3, rows == 7 ? 35 : 8}) {
                    MemorySegment[] actual = rope(storage, factory(isa, ropeRequest(40)), batch, portions);
                    assertEquals(-1, expected[0].mismatch(actual[0]), portions + " portions: q");
                    assertEquals(-1, expected[1].mismatch(actual[1]), portions + " portions: cache");
                }
            }
        }
    }

    @Test
    void portionsAreWorthTheirWhile() {
        assertEquals(1, RowsCall.portions(1, 100, 8));
        assertEquals(1, RowsCall.portions(1000, 1000, 1));
        assertEquals(1, RowsCall.portions(14, 1, 8));
        assertEquals(3, RowsCall.portions(14, 3, 8));
        assertEquals(8, RowsCall.portions(14, 14, 8));
        assertEquals(25, RowsCall.portions(1000, 100, 8));
        assertEquals(32, RowsCall.portions(1000, 1000, 8));
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void checksMemory(Isa isa) {
        assumeAvailable(isa.engine());
        Spec x = tokens(DType.F32, 8);
        KernelRequest request = new KernelRequest(new Op.Add(), List.of(x, x), List.of(x));
        KernelFactory factory = factory(isa, request);
        Storage storage = new Storage("test");
        TensorView good = TensorView.allocate(storage, DType.F32, 4, 8);
        MemorySegment odd = storage.allocate(1024);
        Operand a = new Operand.Matrix(good);
        Operand unaligned = new Operand.Matrix(TensorView.dense(odd, 2, DType.F32, 4, 8));
        TensorView readOnly = TensorView.dense(odd.asReadOnly(), 0, DType.F32, 4, 8);
        assertThrows(IllegalArgumentException.class,
                () -> factory.bind(new KernelArgs(request, List.of(a, unaligned), List.of(good))));
        assertThrows(IllegalArgumentException.class,
                () -> factory.bind(new KernelArgs(request, List.of(a, a), List.of(readOnly))));
        Kernel kernel = factory.bind(new KernelArgs(request, List.of(a, a), List.of(good)));
        Operand few = new Operand.Matrix(TensorView.allocate(storage, DType.F32, 3, 8));
        Kernel fewRows = factory.bind(new KernelArgs(request, List.of(a, few), List.of(good)));
        try (Storage other = new Storage("batch")) {
            assertEquals(0, kernel.portions(new Batch(other, 1, 1, 1), 8));
            Batch batch = batch(other, 4, 0);
            assertThrows(IllegalArgumentException.class, () -> fewRows.run(batch, 0, 1, NONE));
            assertThrows(IllegalArgumentException.class, () -> kernel.run(batch(other, 5, 0), 0, 1, NONE));
            assertThrows(IllegalArgumentException.class, () -> kernel.run(batch, 0, 5, NONE));
            assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(batch, 2, 2, NONE));
            assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(batch, -1, 2, NONE));
            kernel.run(batch, 0, 1, NONE);
            storage.close();
            assertThrows(IllegalStateException.class, () -> kernel.run(batch, 0, 1, NONE));
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void checksBothOutputs(Isa isa) {
        assumeAvailable(isa.engine());
        KernelRequest request = new KernelRequest(new Op.TopK(3), List.of(tokens(DType.F32, 8)),
                List.of(tokens(DType.F32, 3), tokens(DType.I32, 3)));
        KernelFactory factory = factory(isa, request);
        try (Storage storage = new Storage("test")) {
            List<Operand> x = List.of(new Operand.Matrix(TensorView.allocate(storage, DType.F32, 4, 8)));
            TensorView values = TensorView.allocate(storage, DType.F32, 4, 3);
            MemorySegment ids = storage.allocate(64);
            for (TensorView wrong : List.of(TensorView.dense(ids, 2, DType.I32, 4, 3),
                    TensorView.dense(ids.asReadOnly(), 0, DType.I32, 4, 3))) {
                assertThrows(IllegalArgumentException.class,
                        () -> factory.bind(new KernelArgs(request, x, List.of(values, wrong))));
            }
            Kernel few = factory.bind(new KernelArgs(request, x, List.of(values,
                    TensorView.dense(ids, 0, DType.I32, 3, 3))));
            few.run(batch(storage, 3, 0), 0, 1, NONE);
            assertThrows(IllegalArgumentException.class, () -> few.run(batch(storage, 4, 0), 0, 1, NONE));
            assertThrows(IllegalArgumentException.class, () -> few.run(batch(storage, 3, 0), 0, 4, NONE));
        }
    }

    @ParameterizedTest
    @EnumSource(Isa.class)
    void checksPositionsAndBlocks(Isa isa) {
        assumeAvailable(isa.engine());
        try (Storage storage = new Storage("test")) {
            KernelFactory factory = factory(isa, ropeRequest(40));
            assertThrows(IllegalArgumentException.class,
                    () -> rope(storage, factory, batch(storage, 4, TABLE - 3), 1));
            rope(storage, factory, batch(storage, 4, TABLE - 4), 1);
            Batch foreign = batch(storage, 4, 0, BLOCKS);
            assertThrows(IllegalArgumentException.class, () -> rope(storage, factory, foreign, 1));
            Batch negative = batch(storage, 4, 0, -1);
            assertThrows(IllegalArgumentException.class, () -> rope(storage, factory, negative, 1));
            Batch closed;
            try (Storage other = new Storage("batch")) {
                closed = batch(other, 4, 0);
            }
            assertThrows(IllegalStateException.class, () -> rope(storage, factory, closed, 1));
        }
    }

    /** Positions of the table of angles. */
    private static final int TABLE = 96;
    private static final int BLOCKS = 5;
    private static final int HEADS = 12;
    private static final int KV_HEADS = 5;

    private static KernelRequest ropeRequest(int size) {
        Spec q = tokens(DType.F32, HEADS * size);
        Spec kv = tokens(DType.F32, KV_HEADS * size);
        return new KernelRequest(new Op.RopeKvWrite(1, HEADS, KV_HEADS, size, size, true),
                List.of(q, kv, kv, new Spec(DType.F32, Dim.CONTEXT, size),
                        new Spec(DType.F16, Dim.CONTEXT, 2 * KV_HEADS * size)),
                List.of(q));
    }

    /** Runs {@link #ropeRequest} on the same values each time; the output's memory and the pool. */
    private static MemorySegment[] rope(Storage storage, KernelFactory factory, Batch batch, int portions) {
        KernelRequest request = ropeRequest(40);
        KvLayout layout = new KvLayout(DType.F16, 2, KV_HEADS, 40, BLOCKS);
        SplittableRandom random = new SplittableRandom(3);
        List<Operand> inputs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            inputs.add(new Operand.Matrix(random(storage, random, i == 3 ? TABLE : 8, request.input(i).cols())));
        }
        MemorySegment pool = storage.allocate(layout.bytes());
        inputs.add(new Operand.Cache(pool, layout));
        TensorView y = TensorView.allocate(storage, DType.F32, 8, request.output().cols());
        Kernel kernel = factory.bind(new KernelArgs(request, inputs, List.of(y)));
        for (int p = 0; p < portions; p++) {
            kernel.run(batch, p, portions, NONE);
        }
        return new MemorySegment[]{y.segment(), pool};
    }

    private static void anyCut(Isa isa, KernelRequest request, int pieces) {
        int rows = 3;
        try (Storage storage = new Storage("test")) {
            SplittableRandom random = new SplittableRandom(5);
            List<Operand> inputs = new ArrayList<>();
            for (Spec spec : request.inputs()) {
                inputs.add(new Operand.Matrix(random(storage, random, rows, spec.cols())));
            }
            Batch batch = batch(storage, rows, 0);
            MemorySegment expected = run(storage, twin(request), request, inputs, batch, 1);
            for (int portions : new int[]{1, 2, rows * pieces}) {
                MemorySegment actual = run(storage, factory(isa, request), request, inputs, batch, portions);
                assertEquals(-1, expected.mismatch(actual), request + " in " + portions + " portions");
            }
        }
    }

    private static MemorySegment run(Storage storage, KernelFactory factory, KernelRequest request,
            List<Operand> inputs, Batch batch, int portions) {
        TensorView y = TensorView.allocate(storage, request.output().type(), batch.rows(), request.output().cols());
        Kernel kernel = factory.bind(new KernelArgs(request, inputs, List.of(y)));
        for (int p = portions - 1; p >= 0; p--) {
            kernel.run(batch, p, portions, NONE);
        }
        return y.segment();
    }

    private static TensorView random(Storage storage, SplittableRandom random, int rows, int cols) {
        TensorView view = TensorView.allocate(storage, DType.F32, rows, cols);
        for (long i = 0; i < (long) rows * cols; i++) {
            view.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return view;
    }

    private static Batch batch(Storage storage, int rows, int position, int... table) {
        int length = TABLE / KvLayout.BLOCK + 1;
        Batch batch = new Batch(storage, rows, 1, length);
        batch.addSequence(table.length == 0 ? new int[]{3, 0, 4, 1} : table, table.length == 0 ? length : 1);
        for (int r = 0; r < rows; r++) {
            batch.addRow(0, position + r, false);
        }
        return batch;
    }

    private static Spec tokens(DType type, int cols) {
        return new Spec(type, Dim.TOKENS, cols);
    }

    private static KernelFactory twin(KernelRequest request) {
        return accepting(new RefProvider().kernels(), request);
    }

    private static KernelFactory factory(Isa isa, KernelRequest request) {
        return accepting(RowKernels.all(Functions.of(isa)), request);
    }

    private static KernelFactory accepting(List<KernelFactory> rows, KernelRequest request) {
        return rows.stream().filter(row -> row.refuse(request).isEmpty()).findFirst().orElseThrow();
    }

    private static void assumeAvailable(String engine) {
        Isa isa = Stream.of(Isa.values()).filter(each -> each.engine().equals(engine)).findFirst().orElseThrow();
        NativeLoader.instance().reason(isa).ifPresent(reason -> assumeTrue(false, reason));
    }
}
