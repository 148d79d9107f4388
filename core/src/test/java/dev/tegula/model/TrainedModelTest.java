package dev.tegula.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A really trained model of 260 thousand parameters against what PyTorch and llama.cpp say of it (reference.json). */
class TrainedModelTest {
    private static Path folder;
    private static String reference;

    @BeforeAll
    static void find() throws IOException {
        String data = System.getProperty("tegula.data", "");
        Assumptions.assumeFalse(data.isEmpty(), "the property tegula.data names no folder with trained models");
        folder = Path.of(data, "models", "stories260K");
        reference = Files.readString(folder.resolve("reference.json"));
    }

    private static Model load(String format) throws IOException {
        return Model.load(GgufFile.open(folder.resolve("stories260K." + format + ".gguf")),
                ModelTest.options().withRows(256, 256));
    }

    /** All arrays of integers under a key, in the file's order. */
    private static List<int[]> integers(String key) {
        Matcher matcher = Pattern.compile("\"" + key + "\":\\s*\\[([^\\]]*)\\]").matcher(reference);
        List<int[]> arrays = new ArrayList<>();
        while (matcher.find()) {
            arrays.add(Arrays.stream(matcher.group(1).split(","))
                    .map(String::strip)
                    .mapToInt(Integer::parseInt)
                    .toArray());
        }
        return arrays;
    }

    private static double number(String key) {
        Matcher matcher = Pattern.compile("\"" + key + "\":\\s*([0-9.eE+-]+)").matcher(reference);
        assertTrue(matcher.find(), key);
        return Double.parseDouble(matcher.group(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "f16"})
    void greedyTokensAreTheReferences(String format) throws IOException {
        List<int[]> prompts = integers("prompt_ids");
        List<int[]> expected = integers("greedy_ids");
        assertEquals(4, prompts.size());
        try (Model model = load(format)) {
            for (int p = 0; p < prompts.size(); p++) {
                Evaluation evaluation = new Evaluation(model);
                int[] tokens = new int[expected.get(p).length];
                int next = Evaluation.argmax(evaluation.feed(prompts.get(p)).getLast());
                for (int i = 0; i < tokens.length; i++) {
                    tokens[i] = next;
                    next = Evaluation.argmax(evaluation.feed(next).getLast());
                }
                assertArrayEquals(expected.get(p), tokens, "prompt " + p);
            }
        }
    }

    @Test
    void perplexityIsWithinATenthOfAPercentInF32AndF16AndOnePercentInQ8() throws IOException {
        double expected = number("ppl");
        assertEquals(expected, perplexity("f32"), expected * 1e-3);
        assertEquals(expected, perplexity("f16"), expected * 1e-3);
        assertEquals(expected, perplexity("q8_0"), expected * 1e-2);
    }

    private static double perplexity(String format) throws IOException {
        int[] ids = integers("ids").getFirst();
        try (Model model = load(format)) {
            List<float[]> rows = new Evaluation(model).feed(ids);
            double sum = 0;
            for (int i = 0; i + 1 < ids.length; i++) {
                sum += negativeLogLikelihood(rows.get(i), ids[i + 1]);
            }
            return Math.exp(sum / (ids.length - 1));
        }
    }

    private static double negativeLogLikelihood(float[] logits, int token) {
        double max = logits[Evaluation.argmax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return Math.log(sum) + max - logits[token];
    }
}
