package dev.tegula;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.kv.KvLayout;
import dev.tegula.model.Model;
import dev.tegula.model.ModelOptions;
import dev.tegula.model.SyntheticModel;
import dev.tegula.quant.ModelQuantizer;
import dev.tegula.quant.eval.ErrorMeter;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole models on every engine of this machine: the bits of the scalar engine, whatever the chunks and threads. */
class EnginesTest {
    private static final int[] TOKENS = {5, 77, 12, 300, 5, 9, 9, 250, 1, 0, 44, 31, 100, 101, 102, 103, 104, 105, 106,
        107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124};

    @TempDir
    Path folder;

    /** The engines that run here, the scalar one aside. */
    private static List<KernelProvider> engines() {
        return KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.rank() > 0 && provider.unavailable().isEmpty())
                .toList();
    }

    @Test
    void vectorEngineRunsHere() {
        assertTrue(engines().stream().anyMatch(provider -> provider.engine().equals("vec")), "no vector engine");
    }

    @ParameterizedTest
    @CsvSource({"llama,F32", "llama,F16", "llama,BF16", "llama,Q8_0", "llama,Q4_K", "llama,Q6_K", "llama,Q5_1",
        "qwen2,Q4_0", "qwen3,Q4_K", "bitnet,TQ2_0", "bitnet-b1.58,TQ1_0",
        "llama,INT8_G32", "qwen3,UINT4_G128"})
    void bitsAreTheScalarEngines(String architecture, DType type) throws IOException {
        Path path = new SyntheticModel(architecture, 1, 256, 256, 4, 2, 64, 320, 256, type, type, 42)
                .write(folder.resolve("model.gguf"));
        float[] expected = logits(path, KernelTable.of(List.of(new RefProvider())), 1, TOKENS.length);
        for (KernelProvider engine : engines()) {
            KernelTable table = KernelTable.of(List.of(new AtOnce(engine), new RefProvider()));
            assertArrayEquals(expected, logits(path, table, 3, TOKENS.length), engine.engine() + ", in one chunk");
            assertArrayEquals(expected, logits(path, table, 2, 5), engine.engine() + ", five rows at a time");
        }
    }

    /** One token far into the context, which the threads share among them by segments, on every cache format. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q8_0"})
    void aLateTokenHasTheSameBitsOnAnyThreads(DType kv) throws IOException {
        Path path = new SyntheticModel("llama", 2, 64, 64, 2, 1, 32, 320, 2048, DType.F32, DType.F32, 42)
                .write(folder.resolve("model.gguf"));
        float[] expected = late(path, KernelTable.of(List.of(new RefProvider())), 1, kv);
        for (int threads : new int[]{2, 3, 8}) {
            assertArrayEquals(expected, late(path, KernelTable.of(List.of(new RefProvider())), threads, kv));
            for (KernelProvider engine : engines()) {
                KernelTable table = KernelTable.of(List.of(new AtOnce(engine), new RefProvider()));
                assertArrayEquals(expected, late(path, table, threads, kv), engine.engine() + ", " + threads);
            }
        }
    }

    /** Logits of the last of 1100 tokens, which is fed alone. */
    private static float[] late(Path path, KernelTable table, int threads, DType kv) throws IOException {
        int count = 1100;
        ModelOptions options = options(table, threads).withRows(count, 1).withContext(2048).withKvType(kv);
        try (Model model = Model.load(GgufFile.open(path), options)) {
            assertEquals(threads > 1, model.plan().sharedBytes() > 0);
            Batch batch = model.newBatch();
            int[] blocks = IntStream.range(0, Math.ceilDiv(count, KvLayout.BLOCK)).toArray();
            for (int from = 0; from < count; from += count - 1) {
                batch.clear();
                batch.addSequence(blocks, blocks.length);
                for (int i = from; i < (from == 0 ? count - 1 : count); i++) {
                    batch.addRow(TOKENS[i % TOKENS.length], i, i == count - 1);
                }
                assertTrue(model.executor().run(batch));
            }
            TensorView view = model.executor().logits();
            float[] logits = new float[view.cols()];
            MemorySegment.copy(view.segment(), ValueLayout.JAVA_FLOAT, view.rowOffset(0), logits, 0, logits.length);
            return logits;
        }
    }

    /** A model in F32, quantized to ever more bits: the engines agree, and the logits come near those of the weights. */
    @Test
    void quantizedModelsComeNearTheirSource() throws IOException {
        Path source = new SyntheticModel("llama", 1, 256, 256, 4, 2, 64, 320, 256, DType.F32, DType.F32, 7)
                .write(folder.resolve("source.gguf"));
        KernelTable scalar = KernelTable.of(List.of(new RefProvider()));
        float[] right = logits(source, scalar, 1, TOKENS.length);
        double before = Double.POSITIVE_INFINITY;
        for (DType type : List.of(DType.INT2_G32, DType.UINT3_G32, DType.UINT5_G128, DType.INT6_G32, DType.INT8_G32)) {
            Path path = folder.resolve(type + ".gguf");
            try (GgufFile file = GgufFile.open(source)) {
                ModelQuantizer.write(file, path, type, Optional.of(DType.UINT7_G32), done -> {});
            }
            float[] expected = logits(path, scalar, 2, TOKENS.length);
            for (KernelProvider engine : engines()) {
                KernelTable table = KernelTable.of(List.of(new AtOnce(engine), new RefProvider()));
                assertArrayEquals(expected, logits(path, table, 2, 5), engine.engine() + " " + type);
            }
            double error = ErrorMeter.compare(right, expected).relativeRmse();
            assertTrue(error < before, type + ": " + error + " after " + before);
            before = error;
        }
        assertTrue(before < 0.03, "INT8_G32: " + before);
    }

    private static ModelOptions options(KernelTable table, int threads) {
        return ModelOptions.defaults()
                .withThreads(threads)
                .withRows(64, 64)
                .withContext(128)
                .withKvType(DType.F32)
                .withKernels(table);
    }

    /** An engine that is used from the first call on, where small models would start on the scalar one. */
    private record AtOnce(KernelProvider provider) implements KernelProvider {
        @Override
        public String engine() {
            return provider.engine();
        }

        @Override
        public int rank() {
            return provider.rank();
        }

        @Override
        public Optional<Refusal> unavailable() {
            return provider.unavailable();
        }

        @Override
        public List<KernelFactory> kernels() {
            return provider.kernels();
        }
    }

    /** Logits of all tokens, fed in chunks. */
    private static float[] logits(Path path, KernelTable table, int threads, int chunk) throws IOException {
        try (Model model = Model.load(GgufFile.open(path), options(table, threads))) {
            Batch batch = model.newBatch();
            int vocabulary = model.spec().vocabulary();
            float[] all = new float[TOKENS.length * vocabulary];
            int[] blocks = IntStream.range(0, Math.ceilDiv(TOKENS.length, KvLayout.BLOCK)).toArray();
            for (int from = 0; from < TOKENS.length; from += chunk) {
                batch.clear();
                batch.addSequence(blocks, blocks.length);
                int rows = Math.min(chunk, TOKENS.length - from);
                for (int i = from; i < from + rows; i++) {
                    batch.addRow(TOKENS[i], i, true);
                }
                assertTrue(model.executor().run(batch));
                for (int r = 0; r < rows; r++) {
                    var view = model.executor().logits();
                    for (int c = 0; c < vocabulary; c++) {
                        all[(from + r) * vocabulary + c] = view.segment()
                                .get(ValueLayout.JAVA_FLOAT, view.rowOffset(r) + 4L * c);
                    }
                }
            }
            return all;
        }
    }
}
