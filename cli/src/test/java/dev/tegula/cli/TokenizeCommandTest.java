package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenizeCommandTest {
    // The ids were computed with llama.cpp from the embedded model's vocabulary.
    private static final List<Long> OWL = List.of(377L, 324L, 261L, 378L, 345L, 527L, 556L, 270L, 261L, 987L, 17L);
    private static final String PROMPT = "Tell me a fable about an owl and a lantern.";

    @Test
    void answersEveryLineWithIdsAndPieces() {
        Cli cli = Cli.runWith("{\"text\": \"" + PROMPT + "\"}\n\n{\"text\": \"\"}\r\n{\"text\": \"\u00f6\"}",
                "tokenize", "--json").ok();
        List<? extends Map<?, ?>> answers = cli.objects();
        assertEquals(3, answers.size());
        assertEquals(OWL, answers.get(0).get("ids"));
        assertEquals("Tell| me| a| fable| about| an| owl| and| a| lantern|.",
                String.join("|", ((List<?>) answers.get(0).get("pieces")).stream().map(Object::toString).toList()));
        assertEquals(Map.of("ids", List.of(), "pieces", List.of()), answers.get(1));
        assertEquals(List.of("\ufffd", "\ufffd"), answers.get(2).get("pieces"));
    }

    @Test
    void showsOneTokenPerLine() {
        assertEquals("377\t\"Tell\"\n324\t\" me\"\n", Cli.run("tokenize", "Tell me").ok().out());
        assertEquals("377\t\"Tell\"\n", Cli.runWith("Tell", "tokenize").ok().out());
    }

    @Test
    void specialTokensAreParsedUnlessToldNotTo() {
        assertEquals(List.of(3L), Cli.run("tokenize", "--json", "<|end|>").objects().getFirst().get("ids"));
        List<?> spelt = (List<?>) Cli.run("tokenize", "--json", "--parse-special", "false", "<|end|>")
                .ok()
                .objects()
                .getFirst()
                .get("ids");
        assertTrue(spelt.size() > 1, spelt.toString());
        assertEquals(TegulaCommand.USAGE, Cli.run("tokenize", "--parse-special", "maybe", "x").status());
    }

    @Test
    void aBadLineIsNamed() {
        Cli cli = Cli.runWith("{\"text\":\"a\"}\n{\"txt\":1}\n", "tokenize", "--json");
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertEquals("tegula: standard input, line 2: \"text\" must be a string\n", cli.err());
        assertEquals(1, cli.objects().size());
        assertTrue(Cli.runWith("nonsense", "tokenize", "--json").err().contains("line 1: not JSON"));
    }

    @Test
    void detokenizeGivesTheTextBack() {
        for (String text : List.of(PROMPT, "", "<|user|>Hi<|end|>", "na\u00efve \ud83d\ude00\n\ttabs")) {
            String ids = Cli.runWith(Json.write(Map.of("text", text)), "tokenize", "--json").ok().out();
            Cli back = Cli.runWith(ids, "detokenize", "--json").ok();
            assertEquals(List.of(Map.of("text", text)), back.objects());
        }
        assertEquals("Tell me\n", Cli.run("detokenize", "377,324").ok().out());
        assertEquals("Tell me\n", Cli.run("detokenize", "377", "324").ok().out());
        assertEquals("Tell me\n", Cli.runWith("377, 324\n", "detokenize").ok().out());
        assertEquals("Tell\n", Cli.run("detokenize", "--show-control", "false", "377", "3").ok().out());
    }

    @Test
    void detokenizeRefusesWhatIsNoId() {
        assertEquals("tegula: token id 1024 is not in the vocabulary, ids go from 0 to 1023\n",
                Cli.run("detokenize", "1024").err());
        assertEquals("tegula: 'x' is no token id\n", Cli.run("detokenize", "1,x").err());
        assertEquals("tegula: standard input, line 1: \"ids\" must be an array of token ids\n",
                Cli.runWith("{\"ids\":[1.5]}", "detokenize", "--json").err());
    }
}
