package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufLimits;
import dev.tegula.file.gguf.GgufOptions;
import dev.tegula.file.gguf.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerLoaderTest {
    @TempDir
    private Path folder;

    private Tokenizer load(long vocabulary) throws IOException {
        Path path = folder.resolve("m.gguf");
        GgufWriter.create()
                .putString("tokenizer.ggml.model", "llama")
                .putStrings("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "a"))
                .putFloats("tokenizer.ggml.scores", 0, 0, 0, 0)
                .write(path);
        GgufLimits limits = GgufLimits.builder().vocabulary(vocabulary).build();
        try (GgufFile file = GgufFile.open(path, GgufOptions.defaults().withLimits(limits))) {
            return TokenizerLoader.load(file, null);
        }
    }

    @Test
    void theFilesOptionsLimitTheVocabulary() throws IOException {
        assertEquals(4, load(4).vocabularySize());
        String message = assertThrows(TokenizerException.class, () -> load(3)).getMessage();
        assertTrue(message.endsWith("m.gguf: tokenizer.ggml.tokens: 4 tokens, 1..3 expected"), message);
    }
}
