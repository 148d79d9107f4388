package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.CacheWriter;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scoring;
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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention in C has the bits of its scalar twin, and a wrong batch is an exception. */
class AttentionKernelTest {
    private static final int LAYER = 1;
    /** Sequences as pairs of start and rows: two prompts that begin and go on, one token that is generated. */
    private static final int[][] PROMPTS = {{0, 600}, {700, 600}, {1055, 1}};
    private static final int[][] CHUNKS = {{0, 40}, {490, 45}, {1030, 3}, {31, 1}};
    private static final int[][] TOKENS = {{0, 1}, {511, 1}, {1200, 1}};

    static List<NativeProvider> providers() {
        return List.of(new Avx2Provider(), new Avx512Provider());
    }

    static Stream<KernelFactory> kernels() {
        return providers().stream()
                .flatMap(provider -> provider.kernels().stream())
                .filter(factory -> factory.id().op().equals("attention"));
    }

    static List<DType> formats() {
        return KvLayout.TYPES;
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsOfTheTwin(KernelFactory factory) {
        assumeTrue(available(factory), factory.id() + " is not available");
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void bitsOverSeveralSegments(DType cache) {
        compare(cache, new Op.Attention(LAYER, 4, 2, 64, 0.125f, 0), PROMPTS, 1, 2, 3, 8);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void bitsOfEveryHeadSize(DType cache) {
        for (int size : new int[]{32, 64, 80, 96, 128, 256}) {
            if (size % cache.blockLength() == 0) {
                compare(cache, new Op.Attention(LAYER, 3, 1, size, 0.1f, 0), CHUNKS, 1, 3);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void bitsOfEveryWindow(DType cache) {
        for (int window : new int[]{1, 31, 32, 33, 100, 512, 700, 4096}) {
            compare(cache, new Op.Attention(LAYER, 4, 4, 32, 0.2f, window), CHUNKS, 1, 8);
        }
    }

    /** Fewer rows than workers, each of which computes segments of the context that another one merges. */
    @ParameterizedTest
    @MethodSource("formats")
    void bitsOfSegmentsApart(DType cache) {
        int[][] sequences = {{2100, 1}, {40, 1}, {1023, 2}};
        for (int window : new int[]{0, 700}) {
            Scoring all = new Scoring(0.15f, window, 20, 8, true);
            compare(cache, new Op.Attention(LAYER, 6, 2, 64, all), sequences, 1, 2, 3, 8, 9, 64);
            compare(cache, new Op.Attention(LAYER, 100, 1, 32, 0.15f, window), sequences, 1, 2, 3, 8, 64);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void fewRowsAreCutOverTheContext(KernelFactory factory) {
        assumeTrue(available(factory), factory.id() + " is not available");
        try (Storage storage = new Storage("test")) {
            DType cache = DType.valueOf(factory.id().rhs().toUpperCase(java.util.Locale.ROOT));
            Call call = new Call(storage, cache, new Op.Attention(LAYER, 8, 2, 32, 1, 0), new int[][]{{1600, 1}});
            Kernel kernel = call.bind(factory, call.output(), 8);
            Kernel merge = kernel.finish().orElseThrow();
            assertEquals(1, kernel.portions(call.batch, 1));
            assertEquals(0, merge.portions(call.batch, 1));
            assertEquals(8, kernel.portions(call.batch, 3), "four segments of two heads");
            assertEquals(3, merge.portions(call.batch, 3));
            rows(call.batch, new int[51], 500, 1);
            assertEquals(0, merge.portions(call.batch, 8), "one segment");
            rows(call.batch, new int[51], 1600, 1);
            assertEquals(8, merge.portions(call.batch, 8));
            assertTrue(call.bind(factory, call.output(), 2).finish().isEmpty(), "enough heads for two workers");
        }
    }

    /** One row per sequence and every way to share a KV head, on more workers than KV heads too. */
    @ParameterizedTest
    @MethodSource("formats")
    void bitsOfSingleRows(DType cache) {
        int[][] heads = {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {7, 1}, {8, 2}, {12, 1}, {16, 1}, {100, 1}};
        for (int[] shape : heads) {
            compare(cache, new Op.Attention(LAYER, shape[0], shape[1], 96, 0.15f, 0), TOKENS, 1, 3, 64);
        }
    }

    @Test
    void namesItsKernels() {
        List<String> names = Stream.of("avx2", "avx512")
                .flatMap(isa -> Stream.of("f32", "f16", "bf16", "q8_0")
                        .map(format -> "attention.f32.f32." + format + ".row.nat-" + isa))
                .toList();
        assertEquals(names, kernels().map(factory -> factory.id().toString()).toList());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void aPromptHasMorePortionsThanWorkers(KernelFactory factory) {
        assumeTrue(available(factory), factory.id() + " is not available");
        try (Storage storage = new Storage("test")) {
            Call call = new Call(storage, DType.valueOf(factory.id().rhs().toUpperCase(java.util.Locale.ROOT)),
                    new Op.Attention(LAYER, 8, 8, 32, 1, 0), new int[][]{{0, 512}});
            Kernel kernel = call.bind(factory, call.output());
            assertEquals(1, kernel.portions(call.batch, 1));
            assertEquals(32, kernel.portions(call.batch, 4));
            call.batch.clear();
            assertEquals(0, kernel.portions(call.batch, 4));
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void checksArgumentsBeforeTheCall(KernelFactory factory) {
        assumeTrue(available(factory), factory.id() + " is not available");
        DType cache = DType.valueOf(factory.id().rhs().toUpperCase(java.util.Locale.ROOT));
        Storage storage = new Storage("test");
        Call call = new Call(storage, cache, new Op.Attention(LAYER, 4, 2, 32, 1, 40), new int[][]{{60, 8}});
        Kernel kernel = call.bind(factory, call.output());
        Scratch scratch = Scratch.allocate(storage, factory.scratch(call.request));
        kernel.run(call.batch, 0, 1, scratch);
        Batch other = new Batch(storage, 20, 1, 3);
        for (int bad : new int[]{-1, call.layout.blocks(), Integer.MAX_VALUE}) {
            rows(other, new int[]{0, bad, 1}, 60, 8);
            assertThrows(IllegalArgumentException.class, () -> kernel.run(other, 0, 1, scratch));
            // Nobody looks at blocks before the window.
            rows(other, new int[]{bad, 0, 1}, 80, 8);
            kernel.run(other, 0, 1, scratch);
        }
        rows(other, new int[]{0, 1, 2}, 60, 9);
        assertThrows(IllegalArgumentException.class, () -> kernel.run(other, 0, 1, scratch));
        MemorySegment tooSmall = scratch.bytes().asSlice(0, scratch.bytes().byteSize() - 1);
        assertThrows(IllegalArgumentException.class,
                () -> kernel.run(call.batch, 0, 1, new Scratch(tooSmall, scratch.floats(), scratch.ints())));
        assertThrows(IndexOutOfBoundsException.class, () -> kernel.run(call.batch, 1, 1, scratch));
        try (Storage own = new Storage("batch")) {
            Batch open = new Batch(own, 8, 1, 3);
            rows(open, new int[]{0, 1, 2}, 60, 8);
            storage.close();
            assertThrows(IllegalStateException.class, () -> kernel.run(open, 0, 1, scratch));
            Scratch live = Scratch.allocate(own, factory.scratch(call.request));
            assertThrows(IllegalStateException.class, () -> kernel.run(open, 0, 1, live));
        }
    }

    private static void rows(Batch batch, int[] table, int start, int count) {
        batch.clear();
        batch.addSequence(table, table.length);
        for (int r = 0; r < count; r++) {
            batch.addRow(0, start + r, false);
        }
    }

    private static boolean available(KernelFactory factory) {
        return providers().stream()
                .anyMatch(provider -> factory.id().engine().equals(provider.engine())
                        && provider.unavailable().isEmpty());
    }

    /** Runs the twin once and every kernel on several numbers of workers, all portions at the same time. */
    private static void compare(DType cache, Op.Attention op, int[][] sequences, int... workers) {
        try (Storage storage = new Storage("test")) {
            Call call = new Call(storage, cache, op, sequences);
            TensorView expected = call.output();
            KernelFactory twin = new RefProvider().kernels()
                    .stream()
                    .filter(row -> row.refuse(call.request).isEmpty())
                    .findFirst()
                    .orElseThrow();
            call.run(twin, expected, 2);
            List<KernelFactory> mine = kernels().filter(AttentionKernelTest::available)
                    .filter(factory -> factory.refuse(call.request).isEmpty())
                    .toList();
            for (KernelFactory factory : mine) {
                for (int n : workers) {
                    TensorView actual = call.output();
                    call.run(factory, actual, n);
                    long at = expected.segment().mismatch(actual.segment());
                    assertEquals(-1, at, factory.id() + ", " + op + ", " + n + " workers, first difference at byte");
                }
            }
        }
    }

    /** One call: a batch over blocks in random order, in which everything that no row sees is NaN. */
    private static final class Call {
        final Storage storage;
        final KernelRequest request;
        final KvLayout layout;
        final Batch batch;
        private final Operand.Cache cache;
        private final Batch one;
        private final TensorView k;
        private final TensorView v;
        private final TensorView q;
        private final TensorView sinks;
        private final SplittableRandom random = new SplittableRandom(11);

        Call(Storage storage, DType type, Op.Attention op, int[][] sequences) {
            this.storage = storage;
            int rows = 0;
            int most = 0;
            for (int[] sequence : sequences) {
                rows += sequence[1];
                most = Math.max(most, (sequence[0] + sequence[1] - 1) / KvLayout.BLOCK + 1);
            }
            Spec x = new Spec(DType.F32, Dim.TOKENS, op.heads() * op.headSize());
            List<Spec> inputs = new ArrayList<>(
                    List.of(x, new Spec(type, Dim.CONTEXT, 2 * op.kvHeads() * op.headSize())));
            if (op.scoring().sinks()) {
                inputs.add(new Spec(DType.F32, Dim.of(1), op.heads()));
            }
            this.request = new KernelRequest(op, inputs, List.of(x));
            this.layout = new KvLayout(type, LAYER + 1, op.kvHeads(), op.headSize(), sequences.length * most + 3);
            this.cache = new Operand.Cache(storage.allocate(layout.bytes()), layout);
            cache.segment().fill((byte) 0xFF);
            this.batch = new Batch(storage, rows, sequences.length, most);
            this.one = new Batch(storage, 1, 1, most);
            this.k = TensorView.allocate(storage, DType.F32, 1, op.kvHeads() * op.headSize());
            this.v = TensorView.allocate(storage, DType.F32, 1, op.kvHeads() * op.headSize());
            int[] order = random.ints(0, Integer.MAX_VALUE).distinct().limit(layout.blocks()).toArray();
            int[] places = IntStream.range(0, order.length)
                    .boxed()
                    .sorted((a, b) -> Integer.compare(order[a], order[b]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int s = 0; s < sequences.length; s++) {
                batch.addSequence(java.util.Arrays.copyOfRange(places, s * most, (s + 1) * most), most);
                for (int r = 0; r < sequences[s][1]; r++) {
                    batch.addRow(0, sequences[s][0] + r, false);
                }
                int first = op.scoring().first(sequences[s][0]);
                for (int p = first; p < sequences[s][0] + sequences[s][1]; p++) {
                    fill(s, p);
                }
            }
            this.q = random(rows, x.cols());
            this.sinks = op.scoring().sinks() ? random(1, op.heads()) : null;
        }

        private TensorView random(int rows, int cols) {
            TensorView view = TensorView.allocate(storage, DType.F32, rows, cols);
            for (long i = 0; i < (long) rows * cols; i++) {
                view.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            return view;
        }

        /** Writes random keys and values to a position. */
        private void fill(int sequence, int position) {
            int cols = layout.kvHeads() * layout.headSize();
            for (int i = 0; i < cols; i++) {
                k.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
                v.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            int[] table = IntStream.range(0, one.maxBlocks()).map(i -> batch.block(sequence, i)).toArray();
            one.clear();
            one.addSequence(table, table.length);
            one.addRow(0, position, false);
            new CacheWriter(cache, LAYER).write(one, 0, k, v);
        }

        TensorView output() {
            TensorView y = TensorView.allocate(storage, DType.F32, q.rows(), q.cols());
            y.segment().fill((byte) 0x5A);
            return y;
        }

        Kernel bind(KernelFactory factory, TensorView y) {
            return bind(factory, y, 1);
        }

        Kernel bind(KernelFactory factory, TensorView y, int workers) {
            List<Operand> inputs = new ArrayList<>(List.of(new Operand.Matrix(q), cache));
            if (sinks != null) {
                inputs.add(new Operand.Matrix(sinks));
            }
            long shared = KernelArgs.sharedBytes(request, workers, batch.maxBlocks() * KvLayout.BLOCK);
            return factory.bind(new KernelArgs(request, inputs, List.of(y), storage.allocate(shared)));
        }

        void run(KernelFactory factory, TensorView y, int workers) {
            Kernel kernel = bind(factory, y, workers);
            run(factory, kernel, workers);
            kernel.finish().ifPresent(finish -> run(factory, finish, workers));
        }

        private void run(KernelFactory factory, Kernel kernel, int workers) {
            int portions = kernel.portions(batch, workers);
            IntStream.range(0, portions).parallel().forEach(portion -> {
                try (Storage own = new Storage("scratch")) {
                    Scratch scratch = Scratch.allocate(own, factory.scratch(request));
                    scratch.bytes().fill((byte) 0xFF);
                    kernel.run(batch, portion, portions, scratch);
                }
            });
        }
    }
}
