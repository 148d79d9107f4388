package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufDialect;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.file.gguf.GgufTensor;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {
    private static final SyntheticModel I2_S = SyntheticModel.tiny("bitnet", DType.I2_S).withEmbedding(DType.I2_S);
    private static final int[] TOKENS = {5, 77, 12, 300, 0, 319};

    @TempDir
    Path folder;

    /** The elements that an I2_S tensor's bit pairs stand for, by the layout's definition, as blocks of TQ2_0. */
    private static MemorySegment tq20(MemorySegment i2s, long elements, int group, Arena arena) {
        MemorySegment blocks = arena.allocate(DType.TQ2_0.bytes(elements));
        short scale = Float.floatToFloat16(i2s.get(ValueLayout.JAVA_FLOAT_UNALIGNED, elements / 4));
        for (int i = 0; i < elements; i++) {
            int from = i / group * (group / 4) + i % (group / 4);
            int code = i2s.get(ValueLayout.JAVA_BYTE, from) >> 6 - 2 * (i % group / (group / 4)) & 3;
            int block = i / 256 * 66;
            int to = block + i % 256 / 128 * 32 + i % 32;
            int others = blocks.get(ValueLayout.JAVA_BYTE, to);
            blocks.set(ValueLayout.JAVA_BYTE, to, (byte) (others | code << 2 * (i / 32 % 4)));
            blocks.set(ValueLayout.JAVA_SHORT_UNALIGNED, block + 64L, scale);
        }
        return blocks;
    }

    /** Writes the model twice, with scales that an F16 can hold: in I2_S, in one piece and in two, and in TQ2_0. */
    private void write(GgufDialect dialect, int group) throws IOException {
        Path random = I2_S.write(folder.resolve("random.gguf"));
        GgufWriter whole = GgufWriter.create();
        GgufWriter other = GgufWriter.create();
        List<GgufWriter> parts = List.of(GgufWriter.create(), GgufWriter.create());
        try (GgufFile file = GgufFile.open(random, GgufOptions.defaults().withDialect(dialect));
                Arena arena = Arena.ofConfined()) {
            List.of(whole, other, parts.getFirst()).forEach(w -> file.metadata().entries().forEach(w::put));
            int n = 0;
            for (GgufTensor t : file.tensors()) {
                MemorySegment data = file.load(t, arena);
                boolean ternary = t.type() == DType.I2_S;
                if (ternary) {
                    data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, t.elements() / 4, 0x1.5p-4f + n * 0x1p-12f);
                }
                whole.tensor(t.name(), t.type(), t.dims(), data);
                parts.get(n++ % 2).tensor(t.name(), t.type(), t.dims(), data);
                other.tensor(t.name(), ternary ? DType.TQ2_0 : t.type(), t.dims(),
                        ternary ? tq20(data, t.elements(), group, arena) : data);
            }
            whole.write(folder.resolve("i2s.gguf"));
            other.write(folder.resolve("tq20.gguf"));
            for (int i = 0; i < 2; i++) {
                parts.get(i)
                        .putUint32("split.no", i)
                        .putUint32("split.count", 2)
                        .write(folder.resolve("m-0000" + (i + 1) + "-of-00002.gguf"));
            }
        }
    }

    private Model load(String name, GgufOptions options) throws IOException {
        return Model.load(GgufFile.open(folder.resolve(name), options), ModelTest.options());
    }

    @ParameterizedTest
    @CsvSource({"bitnet-x86, 128", "bitnet-arm, 64"})
    void i2sGivesTheBitsOfTheSameWeightsInTq20(String name, int group) throws IOException {
        GgufDialect dialect = GgufDialect.of(name);
        write(dialect, group);
        List<float[]> right;
        long bytes;
        try (Model model = load("tq20.gguf", GgufOptions.defaults())) {
            right = new Evaluation(model).feed(TOKENS);
            bytes = model.plan().weightBytes();
        }
        GgufOptions options = GgufOptions.defaults().withDialect(dialect);
        try (Model model = load("i2s.gguf", options)) {
            assertSame(right, new Evaluation(model).feed(TOKENS));
            long blocks = model.file()
                    .tensors()
                    .stream()
                    .filter(t -> t.type() == DType.I2_S)
                    .mapToLong(t -> t.elements() / 256)
                    .sum();
            assertEquals(bytes + 2 * blocks, model.plan().weightBytes(), "a scale of four bytes instead of two");
        }
        try (Model model = load("i2s.gguf", options.withNoMmap(true))) {
            assertSame(right, new Evaluation(model).feed(TOKENS));
        }
        try (Model model = load("m-00001-of-00002.gguf", options)) {
            assertSame(right, new Evaluation(model).feed(TOKENS));
        }
    }

    private static void assertSame(List<float[]> right, List<float[]> actual) {
        for (int i = 0; i < right.size(); i++) {
            assertArrayEquals(right.get(i), actual.get(i), "row " + i);
        }
    }

    @Test
    void rowsOfI2sThatAreNoWholeBlocksAreRefused() throws IOException {
        SyntheticModel narrow = new SyntheticModel("bitnet", 1, 384, 512, 6, 2, 64, 320, 256, DType.I2_S, DType.F32, 1);
        GgufOptions options = GgufOptions.defaults().withDialect(GgufDialect.BITNET_X86);
        try (GgufFile file = GgufFile.open(narrow.write(folder.resolve("narrow.gguf")), options)) {
            ModelException refusal = assertThrows(ModelException.class,
                    () -> ModelPlan.of(file, ModelTest.options()));
            assertTrue(refusal.getMessage().contains("blk.0.attn_q.weight"), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("I2_S[384, 384]; rows of I2_S must be whole multiples of 256"),
                    refusal.getMessage());
        }
    }
}
