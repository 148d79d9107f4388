package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.exec.WeightCache;
import dev.tegula.file.gguf.GgufDialect;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.ref.RefProvider;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTest {
    private static final int[] TOKENS = {5, 77, 12, 300, 5, 9, 9, 250, 1, 0, 44, 31, 100, 101, 102, 103, 104, 105, 106,
        107,
        108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127};

    @TempDir
    Path folder;

    static ModelOptions options() {
        return ModelOptions.defaults()
                .withThreads(2)
                .withRows(64, 64)
                .withKvType(DType.F32)
                .withKernels(KernelTable.of(List.of(new RefProvider())));
    }

    private Model load(SyntheticModel synthetic, ModelOptions options) throws IOException {
        Path path = folder.resolve(synthetic.hashCode() + ".gguf");
        // The number of MXFP4 means another format in files that may hold I2_S.
        GgufDialect dialect = synthetic.type() == DType.I2_S ? GgufDialect.BITNET_X86 : GgufDialect.NONE;
        return Model.load(GgufFile.open(synthetic.write(path), GgufOptions.defaults().withDialect(dialect)), options);
    }

    private static void assertSame(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "row " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "qwen2", "qwen3", "bitnet", "bitnet-b1.58"})
    void chunksThreadsAndCompanyDoNotChangeABit(String architecture) throws IOException {
        SyntheticModel synthetic = SyntheticModel.tiny(architecture, DType.Q4_0);
        List<float[]> whole;
        try (Model model = load(synthetic, options())) {
            whole = new Evaluation(model).feed(TOKENS);
        }
        try (Model model = load(synthetic, options().withThreads(3).withSessions(3))) {
            int perSession = model.plan().limits().blocksPerSession();
            Evaluation chunked = new Evaluation(model, perSession);
            Evaluation neighbour = new Evaluation(model, 2 * perSession);
            List<float[]> parts = new ArrayList<>();
            Batch batch = model.newBatch();
            int step = 1;
            for (int from = 0; from < TOKENS.length; from += step) {
                step = Math.min(step + 2, TOKENS.length - from);
                batch.clear();
                neighbour.add(batch, 7, 8);
                chunked.add(batch, Arrays.copyOfRange(TOKENS, from, from + step));
                model.executor().run(batch);
                parts.addAll(Evaluation.logits(model, step + 2).subList(2, step + 2));
            }
            assertSame(whole, parts);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"TQ2_F32", "I32", "Q8_A32", "Q8_A128",
        "Q8_A256"}, mode = EnumSource.Mode.EXCLUDE)
    void everyFormatOfFilesRuns(DType type) throws IOException {
        try (Model model = load(SyntheticModel.tiny("llama", type).withEmbedding(type), options())) {
            for (float[] row : new Evaluation(model).feed(TOKENS)) {
                float largest = 0;
                for (float logit : row) {
                    assertTrue(Float.isFinite(logit));
                    largest = Math.max(largest, Math.abs(logit));
                }
                assertTrue(largest > 1e-3f && largest < 1e3f, "largest logit " + largest);
            }
        }
    }

    @Test
    void weightsFromACacheGiveTheSameBits() throws IOException {
        Path path = SyntheticModel.tiny("bitnet", DType.I2_S).write(folder.resolve("m.gguf"));
        WeightCache cache = WeightCache.beside(path);
        assertEquals(folder.resolve("m.gguf.packed"), cache.file());
        for (GgufDialect dialect : List.of(GgufDialect.BITNET_X86, GgufDialect.BITNET_ARM)) {
            GgufOptions how = GgufOptions.defaults().withDialect(dialect);
            List<float[]> plain;
            try (Model model = Model.load(GgufFile.open(path, how), options())) {
                plain = new Evaluation(model).feed(TOKENS);
                assertEquals(0, model.mappedBytes());
            }
            FileTime written = null;
            for (WeightCache each : List.of(cache, cache, cache.withVerify(true))) {
                try (Model model = Model.load(GgufFile.open(path, how),
                        options().withWeightCache(each).withThreads(3))) {
                    assertSame(plain, new Evaluation(model).feed(TOKENS));
                    assertEquals(model.plan().weightBytes(), model.mappedBytes());
                }
                FileTime now = Files.getLastModifiedTime(cache.file());
                assertTrue(written == null || written.equals(now), "written once for a dialect");
                written = now;
            }
        }
    }

    @Test
    void aWeightCacheIsForModelsInFiles() throws IOException {
        byte[] content = Files.readAllBytes(
                SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("memory.gguf")));
        ModelOptions cached = options().withWeightCache(new WeightCache(folder.resolve("m.packed"), false));
        assertEquals(cached.weightCache(), cached.withThreads(1).withContext(8).withKvType(DType.F16).weightCache());
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> Model.load(GgufFile.read(content, "resource", GgufOptions.defaults()), cached)).getMessage()
                .startsWith("resource: a weight cache"));
    }

    @Test
    void logitsDependOnTheSequencesTokensOnly() throws IOException {
        try (Model model = load(SyntheticModel.tiny("llama", DType.F16), options())) {
            List<float[]> first = new Evaluation(model).feed(TOKENS);
            assertSame(first, new Evaluation(model).feed(TOKENS));
            int[] other = TOKENS.clone();
            other[0] = 6;
            List<float[]> changed = new Evaluation(model).feed(other);
            assertTrue(Arrays.mismatch(first.getLast(), changed.getLast()) >= 0, "the first token is seen");
        }
    }

    @Test
    void moreOutputsThanPlannedAndRunsAfterCloseAreRefused() throws IOException {
        Model model = load(SyntheticModel.tiny("llama", DType.F32), options().withRows(8, 1));
        Evaluation evaluation = new Evaluation(model);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> evaluation.feed(1, 2)).getMessage()
                .contains("2 output rows: the plan has 1"));
        model.close();
        model.close();
        assertThrows(IllegalStateException.class, () -> evaluation.feed(1));
    }

    @Test
    void aPlanIsMadeFromTheHeaderAloneAndPrintsItself() throws IOException {
        Path path = SyntheticModel.tiny("qwen3", DType.Q4_K).write(folder.resolve("plan.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            ModelPlan plan = ModelPlan.of(file, options());
            assertEquals("qwen3", plan.spec().architecture());
            assertTrue(plan.plan().describe().contains("ropekvwrite"));
            assertTrue(plan.plan().weightBytes() > 0);
        }
    }
}
