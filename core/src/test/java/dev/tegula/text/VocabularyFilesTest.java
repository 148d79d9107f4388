package dev.tegula.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.file.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
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

    @ParameterizedTest
    @ValueSource(strings = {"deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "llama-spm", "mpt", "refact",
        "starcoder"})
    void decodesToTheTextThatWasEncoded(String name) throws IOException {
        Tokenizer tokenizer = load(name);
        for (String text : strings(name)) {
            int[] ids = tokenizer.encode(text, false, true);
            assertEquals(text, tokenizer.decode(ids, true), name);
            Detokenizer stream = new Detokenizer(tokenizer, true, true);
            StringBuilder out = new StringBuilder();
            for (int id : ids) {
                String part = stream.next(id);
                assertTrue(part.indexOf('\uFFFD') < 0 || text.indexOf('\uFFFD') >= 0, "a character was cut");
                out.append(part);
            }
            assertEquals(text, out.append(stream.flush()).toString());
        }
    }

    @Test
    void theTrainedModelsPromptsHaveTheIdsOfItsReference() throws IOException {
        Path model = folder().resolveSibling("models").resolve("stories260K");
        assumeTrue(Files.isDirectory(model), model + " is no folder");
        Tokenizer tokenizer;
        try (GgufFile file = GgufFile.open(model.resolve("stories260K.f16.gguf"))) {
            tokenizer = TokenizerLoader.load(file, null);
        }
        assertEquals(512, tokenizer.vocabularySize());
        assertArrayEquals(new int[]{1, 403, 407, 261, 378}, tokenizer.encode("Once upon a time", true, true));
        String reference = Files.readString(model.resolve("reference.json"));
        Matcher prompt = Pattern.compile("\"text\": \"([^\"\\\\]*)\",\\s*\"prompt_ids\": \\[([^]]*)]")
                .matcher(reference);
        int found = 0;
        while (prompt.find()) {
            int[] ids = Arrays.stream(prompt.group(2).split(",")).mapToInt(n -> Integer.parseInt(n.strip())).toArray();
            assertArrayEquals(ids, tokenizer.encode(prompt.group(1), true, true), prompt.group(1));
            assertEquals(prompt.group(1), tokenizer.decode(ids));
            found++;
        }
        assertEquals(4, found, "prompts of the reference");
    }

    @Test
    void anotherPreTokenizerCanBeNamed() throws IOException {
        try (GgufFile file = GgufFile.open(folder().resolve("ggml-vocab-gpt-2.gguf"))) {
            assertEquals("smollm", TokenizerLoader.load(file, "smollm").vocabulary().pre());
            assertEquals(2, TokenizerLoader.load(file, "smollm").encode("12", false, true).length);
            assertEquals(1, TokenizerLoader.load(file, null).encode("12", false, true).length);
            TokenizerException e = assertThrows(TokenizerException.class, () -> TokenizerLoader.load(file, "mystery"));
            assertTrue(e.getMessage().contains("ggml-vocab-gpt-2.gguf") && e.getMessage().contains("mystery"));
        }
    }
}
