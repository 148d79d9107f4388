package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.engine.Engine;
import dev.tegula.engine.EngineOptions;
import dev.tegula.engine.Request;
import dev.tegula.engine.Session;
import dev.tegula.file.gguf.GgufErrorCode;
import dev.tegula.file.gguf.GgufException;
import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufValueType;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Public faults of readers of vocabularies and chat templates, one small file each. As GGUF the files are right; what is
 * in them is not. docs/LIMITS.md lists them by the same ids.
 */
class BadVocabularyFilesTest {
    private static final String TEMPLATE = "tokenizer.chat_template";

    @TempDir
    private Path folder;

    private Path write(UnaryOperator<GgufWriter> rest) throws IOException {
        GgufWriter writer = GgufWriter.create()
                .putString("tokenizer.ggml.model", "llama")
                .putStrings("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "<0x-1>"));
        Path path = folder.resolve("bad.gguf");
        rest.apply(writer).write(path);
        return path;
    }

    private static RuntimeException refusal(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            return assertThrows(RuntimeException.class, () -> TokenizerLoader.load(file, null));
        }
    }

    @Test
    void aByteTokenWithASign() throws IOException {
        // llama.cpp PR#25969, #26511
        RuntimeException refusal = refusal(write(w -> w.putFloats("tokenizer.ggml.scores", 0, 0, 0, 0)
                .putIntegers("tokenizer.ggml.token_type", GgufValueType.INT32, 2, 3, 3, 6)));
        assertEquals(TokenizerException.class, refusal.getClass());
        assertTrue(refusal.getMessage().contains("bad.gguf: tokenizer.ggml.tokens[3] = '<0x-1>'"),
                refusal.getMessage());
    }

    /** llama.cpp PR#26690: arrays read with another element type than they have. */
    static Stream<Arguments> otherTypes() {
        return Stream.of(
                types("tokenizer.ggml.scores", w -> w.putStrings("tokenizer.ggml.scores", List.of("", "", "", ""))),
                types("tokenizer.ggml.scores",
                        w -> w.putIntegers("tokenizer.ggml.scores", GgufValueType.UINT8, 0, 0, 0, 0)),
                types("tokenizer.ggml.scores", w -> w.putBools("tokenizer.ggml.scores", true, true, true, true)),
                types("tokenizer.ggml.scores", w -> w.putFloat("tokenizer.ggml.scores", 0)),
                types("tokenizer.ggml.token_type", w -> w.putFloats("tokenizer.ggml.scores", 0, 0, 0, 0)
                        .putFloats("tokenizer.ggml.token_type", 1, 1, 1, 1)),
                types("tokenizer.ggml.token_type", w -> w.putFloats("tokenizer.ggml.scores", 0, 0, 0, 0)
                        .putStrings("tokenizer.ggml.token_type", List.of("", "", "", ""))));
    }

    private static Arguments types(String key, UnaryOperator<GgufWriter> arrays) {
        return Arguments.of(key, arrays);
    }

    @ParameterizedTest
    @MethodSource("otherTypes")
    void arraysOfAnotherType(String key, UnaryOperator<GgufWriter> arrays) throws IOException {
        GgufException refusal = (GgufException) refusal(write(arrays));
        assertEquals(GgufErrorCode.WRONG_TYPE, refusal.code());
        assertEquals(key, refusal.field());
    }

    /** Templates that are a program: each would make the file {@code PWNED} in a reader that runs it as Python. */
    static Stream<Arguments> programs() {
        return Stream.of(
                Arguments.of("CVE-2024-34359", "{% for x in ().__class__.__base__.__subclasses__() %}"
                        + "{% if 'warning' in x.__name__ %}"
                        + "{{ x()._module.__builtins__['__import__']('os').popen('touch PWNED').read() }}"
                        + "{% endif %}{% endfor %}"),
                Arguments.of("CVE-2026-5760", "{# The answer can only be \"yes\" or \"no\". #}"
                        + "{{ cycler.__init__.__globals__.os.popen('touch PWNED').read() }}"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void aTemplateThatIsAProgram(String id, String template) throws IOException {
        Path made = folder.resolve(id);
        try (Engine engine = Engine.open(withTemplate(template.replace("PWNED", made.toString())),
                EngineOptions.defaults().withThreads(1)); Session session = engine.newSession()) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> session.submit(Request.chat("hello").build())).getMessage();
            assertTrue(message.contains("template.gguf: chat template: "), message);
        }
        assertFalse(Files.exists(made));
    }

    private Path withTemplate(String template) throws IOException {
        Path good = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("good.gguf"));
        Path path = folder.resolve("template.gguf");
        GgufWriter writer = GgufWriter.create();
        try (GgufFile file = GgufFile.open(good); Arena arena = Arena.ofConfined()) {
            file.metadata().entries().stream().filter(e -> !e.key().equals(TEMPLATE)).forEach(writer::put);
            file.tensors().forEach(t -> writer.tensor(t.name(), t.type(), t.dims(), file.load(t, arena)));
            writer.putString(TEMPLATE, template).write(path);
        }
        return path;
    }
}
