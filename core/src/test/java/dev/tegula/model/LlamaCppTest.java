package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.tensor.DType;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logits of synthetic models against those of llama.cpp (release 0.5.0, CPU, F32 cache, no flash attention), which were
 * computed once from the same files and are kept as resources: the last four of {@link #TOKENS}' rows, little-endian F32.
 * A file's hash is held, so that no change of the generator passes for a difference of engines.
 */
class LlamaCppTest {
    private static final int KEPT = 4;
    private static final int[] TOKENS = IntStream
            .concat(IntStream.of(5, 77, 12, 300, 5, 9, 9, 250, 1, 0, 44, 31), IntStream.rangeClosed(100, 125))
            .toArray();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"llama,dbbdbbbbc0b01fb5", "qwen2,80beea570760a351", "qwen3,7e7dfb7dce46af23",
        "bitnet,e1e227875cf702cb"})
    void floatWeightsAgreeButForTheOrderOfSums(String architecture, String hash) throws Exception {
        Path path = SyntheticModel.tiny(architecture, DType.F32).write(folder.resolve("model.gguf"));
        assertClose(architecture + "-F32", hash, path, 1e-4f);
    }

    @ParameterizedTest
    @CsvSource({"linear,ae9375508a8a69c7", "yarn,22d9bcbf91ee2d04"})
    void positionsAreScaledAlike(String scaling, String hash) throws Exception {
        Path path = folder.resolve("model.gguf");
        try (Arena arena = Arena.ofConfined()) {
            GgufWriter writer = SyntheticModel.tiny("llama", DType.F32).writer(arena);
            writer.putString("llama.rope.scaling.type", scaling).putFloat("llama.rope.scaling.factor", 4f);
            if (scaling.equals("yarn")) {
                writer.putUint32("llama.rope.scaling.original_context_length", 64);
            }
            writer.write(path);
        }
        assertClose("llama-" + scaling, hash, path, 1e-4f);
    }

    /** llama.cpp keeps the scale of an activation block of 32 in F16; see docs/COMPARISON.md. */
    @ParameterizedTest
    @CsvSource({"Q4_0,fa83f519bdb0dfa5", "Q8_0,61a8fb9bd533a740", "Q4_K,4ed795aaedf31aa7", "Q6_K,9a937e1319b442fc"})
    void quantizedWeightsStayWithinThreePercent(DType type, String hash) throws Exception {
        Path path = SyntheticModel.tiny("llama", type).write(folder.resolve("model.gguf"));
        assertClose("llama-" + type, hash, path, 0.03f);
    }

    private static void assertClose(String name, String hash, Path path, float share) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
        assertEquals(hash, HexFormat.of().formatHex(digest, 0, 8), "the model is not the one llama.cpp was given");
        try (Model model = Model.load(GgufFile.open(path), ModelTest.options());
                InputStream resource = LlamaCppTest.class.getResourceAsStream("llamacpp/" + name + ".f32")) {
            List<float[]> ours = new Evaluation(model).feed(TOKENS);
            FloatBuffer theirs = ByteBuffer.wrap(resource.readAllBytes())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            assertEquals(KEPT * model.spec().vocabulary(), theirs.remaining());
            float largest = 0;
            float difference = 0;
            for (float[] row : ours.subList(TOKENS.length - KEPT, TOKENS.length)) {
                for (float logit : row) {
                    float other = theirs.get();
                    largest = Math.max(largest, Math.abs(other));
                    difference = Math.max(difference, Math.abs(logit - other));
                }
            }
            assertTrue(difference <= share * largest, name + ": " + difference / largest + " of the largest logit");
        }
    }
}
