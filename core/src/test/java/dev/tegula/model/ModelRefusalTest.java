package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufValueType;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.kernel.KernelTable;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Hyper-parameters that are missing, of another type or nonsense: refused by name before anything is allocated. */
class ModelRefusalTest {
    @TempDir
    Path folder;

    /** Each: the key, what is written in its place (null: nothing), and what the message must have beside the key. */
    static Stream<Arguments> bad() {
        return Stream.of(
                // Ollama CVE-2024-8063: block_count stored with another type.
                Arguments.of("llama.block_count", put(w -> w.putString("llama.block_count", "2")), "integer"),
                // llama.cpp PR#25821, #26051: block_count above what the arrays hold.
                Arguments.of("llama.block_count", number("llama.block_count", 4097), "4097: over the limit of 4096"),
                Arguments.of("llama.block_count", number("llama.block_count", 0), "must be 1 … 1048576"),
                Arguments.of("llama.block_count", null, ""),
                // 1bit-MONSTER#455, #694: division by a head count of zero.
                Arguments.of("llama.attention.head_count", number("llama.attention.head_count", 0), "at least 1"),
                Arguments.of("llama.attention.head_count_kv", number("llama.attention.head_count_kv", 0), "must be 1"),
                Arguments.of("llama.attention.head_count_kv", number("llama.attention.head_count_kv", 3),
                        "must divide"),
                Arguments.of("llama.attention.head_count", null, "is missing"),
                Arguments.of("llama.embedding_length", number("llama.embedding_length", 0), "must be 1"),
                Arguments.of("llama.embedding_length", null, ""),
                Arguments.of("llama.feed_forward_length", null, "is missing"),
                Arguments.of("llama.context_length", number("llama.context_length", 0), "must be 1"),
                Arguments.of("llama.attention.layer_norm_rms_epsilon", null, ""),
                Arguments.of("llama.attention.layer_norm_rms_epsilon",
                        put(w -> w.putFloat("llama.attention.layer_norm_rms_epsilon", Float.NaN)), "must be 0"),
                Arguments.of("llama.attention.value_length", number("llama.attention.value_length", 32), "must be"),
                Arguments.of("llama.rope.dimension_count", number("llama.rope.dimension_count", 128), "must be 2 … 64"),
                Arguments.of("llama.rope.freq_base", put(w -> w.putFloat("llama.rope.freq_base", 0f)),
                        "must be above 1"),
                Arguments.of("llama.rope.scaling.type", put(w -> w.putString("llama.rope.scaling.type", "su")),
                        "none, linear and yarn"),
                Arguments.of("llama.rope.scaling.factor", put(w -> w.putString("llama.rope.scaling.type", "linear")
                        .putFloat("llama.rope.scaling.factor", 0f)), "must be above 0"),
                Arguments.of("llama.vocab_size", number("llama.vocab_size", 12), "token_embd.weight has 320 rows"),
                Arguments.of("llama.expert_count", number("llama.expert_count", 8), "experts"),
                Arguments.of("general.architecture", put(w -> w.putString("general.architecture", "grok")),
                        "known are [llama"),
                Arguments.of("general.architecture", null, ""));
    }

    private static Consumer<GgufWriter> put(Consumer<GgufWriter> change) {
        return change;
    }

    private static Consumer<GgufWriter> number(String key, long value) {
        return w -> w.putInteger(key, GgufValueType.UINT32, value);
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("bad")
    void badHyperParametersAreRefusedByName(String key, Consumer<GgufWriter> replacement, String detail)
            throws IOException {
        Path path = folder.resolve("bad.gguf");
        Path good = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("good.gguf"));
        GgufWriter writer = GgufWriter.create();
        try (GgufFile file = GgufFile.open(good); Arena arena = Arena.ofConfined()) {
            file.metadata().entries().stream().filter(e -> !e.key().equals(key)).forEach(writer::put);
            if (replacement != null) {
                replacement.accept(writer);
            }
            file.tensors().forEach(t -> writer.tensor(t.name(), t.type(), t.dims(), file.load(t, arena)));
            writer.write(path);
        }
        try (GgufFile file = GgufFile.open(path)) {
            RuntimeException refusal = assertThrows(RuntimeException.class,
                    () -> ModelPlan.of(file, ModelTest.options()));
            assertTrue(refusal.getMessage().contains(key), refusal.getMessage());
            assertTrue(refusal.getMessage().contains(detail), refusal.getMessage());
            assertTrue(refusal.getMessage().contains("bad.gguf"), refusal.getMessage());
        }
    }

    @Test
    void tensorsOfAnotherShapeMissingOnesAndLeftoversAreRefusedByName() throws IOException {
        assertRefused("blk.1.attn_q.weight", "256 × 256", (name, dims) -> name.equals("blk.1.attn_q.weight")
                ? new long[]{128, 512}
                : dims);
        assertRefused("blk.0.ffn_norm.weight", "no such tensor",
                (name, dims) -> name.equals("blk.0.ffn_norm.weight") ? null : dims);
        try (Arena arena = Arena.ofConfined()) {
            Path path = folder.resolve("more.gguf");
            SyntheticModel.tiny("llama", DType.F32).writer(arena).hole("blk.0.attn_q.scale", DType.F32, 1).write(path);
            try (GgufFile file = GgufFile.open(path)) {
                assertTrue(
                        assertThrows(ModelException.class, () -> ModelPlan.of(file, ModelTest.options())).getMessage()
                                .contains("blk.0.attn_q.scale: the architecture llama has no use for this tensor"));
            }
        }
    }

    private interface Reshape {
        long[] of(String name, long[] dims);
    }

    private void assertRefused(String tensor, String detail, Reshape reshape) throws IOException {
        Path path = folder.resolve("shape.gguf");
        GgufWriter writer = GgufWriter.create();
        Path good = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("good.gguf"));
        try (GgufFile file = GgufFile.open(good)) {
            file.metadata().entries().forEach(writer::put);
            file.tensors().forEach(t -> {
                long[] dims = reshape.of(t.name(), t.dims());
                if (dims != null) {
                    writer.hole(t.name(), t.type(), dims);
                }
            });
            writer.write(path);
        }
        try (GgufFile file = GgufFile.open(path)) {
            String message = assertThrows(RuntimeException.class, () -> ModelPlan.of(file, ModelTest.options()))
                    .getMessage();
            assertTrue(message.contains(tensor) && message.contains(detail), message);
        }
    }

    @Test
    void anOpWithoutKernelIsRefusedWithFileAndTensor() throws IOException {
        Path path = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("m.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            String message = assertThrows(ModelException.class,
                    () -> ModelPlan.of(file, ModelTest.options().withKernels(KernelTable.of(List.of())))).getMessage();
            assertTrue(message.contains("m.gguf: token_embd.weight: no kernel for Embed[]"), message);
        }
    }

    @Test
    void aContextBeyondTheModelsOwnIsRefusedWithBothNumbers() throws IOException {
        Path path = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("m.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> ModelPlan.of(file, ModelTest.options().withContext(1000))).getMessage()
                    .contains("context 1000: the model was made for 256"));
        }
    }
}
