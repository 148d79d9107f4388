package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.file.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Published vocabularies against the ids that their own tokenizers gave; needs {@code -Dtegula.data}. */
class VocabularyFilesTest {

    static final int STRINGS = 47;

    static Path folder() {
        String data = System.getProperty("tegula.data");
        assumeTrue(data != null && !data.isBlank(), "tegula.data does not name the folder of vocabularies");
        Path folder = Path.of(data, "vocab");
        assumeTrue(Files.isDirectory(folder), folder + " is no folder");
        return folder;
    }

    static Tokenizer load(String name) throws IOException {
        try (GgufFile file = GgufFile.open(folder().resolve("ggml-vocab-" + name + ".gguf"))) {
            return TokenizerLoader.load(file, null);
        }
    }

    static List<String> strings(String name) throws IOException {
        String all = Files.readString(folder().resolve("ggml-vocab-" + name + ".gguf.inp"));
        return Arrays.asList(all.split("\n__ggml_vocab_test__\n", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-bge", "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "mpt",
        "phi-3",
        "refact", "starcoder"})
    void givesTheExpectedIds(String name) throws IOException {
        Tokenizer tokenizer = load(name);
        List<String> strings = strings(name);
        String[] lines = Files.readString(folder().resolve("ggml-vocab-" + name + ".gguf.out")).split("\n", -1);
        assertEquals(STRINGS, strings.size());
        assertTrue(lines.length >= STRINGS, "lines of ids");
        for (int i = 0; i < STRINGS; i++) {
            String line = lines[i].strip();
            int[] expected = line.isEmpty()
                    ? new int[0]
                    : Arrays.stream(line.split(" +")).mapToInt(Integer::parseInt).toArray();
            assertArrayEquals(expected, tokenizer.encode(strings.get(i), false, true),
                    name + " string " + i + ": " + strings.get(i));
        }
    }
}
