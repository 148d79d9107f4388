package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    private static final String OWL = "Tell me a fable about an owl and a lantern.";

    private static Map<?, ?> json(String... args) {
        return Cli.run(args).ok().objects().getFirst();
    }

    @Test
    void tellsTheFableAskedFor() {
        String text = Cli.run("run", "--greedy", OWL).ok().out();
        assertTrue(text.contains("owl") && text.contains("lantern"), text);
        assertTrue(text.contains("\nMoral: "), text);
        assertTrue(text.endsWith("\n") && !text.endsWith("\n\n"));
    }

    @Test
    void readsThePromptFromStandardInputAndHasOneOfItsOwn() {
        String[] command = {"run", "--greedy", "--max-tokens", "8"};
        String expected = Cli.run("run", "--greedy", "--max-tokens", "8", OWL).ok().out();
        assertEquals(expected, Cli.runWith(OWL + "\n", command).ok().out());
        assertEquals(expected, Cli.run(command).ok().out());
    }

    @Test
    void jsonSaysWhatHappened() {
        Map<?, ?> object = json("run", "--json", "--greedy", "--max-tokens", "5", OWL);
        assertEquals("max_tokens", object.get("reason"));
        assertEquals(5, ((List<?>) object.get("ids")).size());
        assertEquals(13L, object.get("prompt_tokens"));
        Map<?, ?> timings = (Map<?, ?>) object.get("timings");
        assertEquals(13L, timings.get("prefill_tokens"));
        assertEquals(4L, timings.get("decode_tokens"));
        assertTrue((Double) timings.get("load_seconds") > 0);
        String text = (String) object.get("text");
        assertEquals(text + "\n", Cli.run("run", "--greedy", "--max-tokens", "5", OWL).ok().out());
    }

    @Test
    void aSeedRepeatsTheTextAndAFreshOneIsShown() {
        String[] seeded = {"run", "--json", "--seed", "11", "--temperature", "2", "--max-tokens", "12", OWL};
        Map<?, ?> first = json(seeded);
        assertEquals(first.get("ids"), json(seeded).get("ids"));
        assertEquals(11L, first.get("seed"));
        Map<?, ?> fresh = json("run", "--json", "--temperature", "2", "--max-tokens", "12", OWL);
        assertEquals(fresh.get("ids"), json("run", "--json", "--seed", fresh.get("seed").toString(), "--temperature",
                "2", "--max-tokens", "12", OWL).get("ids"));
        Cli shown = Cli.run("run", "--max-tokens", "2", OWL);
        assertEquals(TegulaCommand.OK, shown.status());
        assertTrue(shown.err().matches("tegula: .*, seed \\d+\n"), shown.err());
    }

    @Test
    void aStopStringEndsTheTextAndIsNotShown() {
        Map<?, ?> object = json("run", "--json", "--greedy", "--stop", "Moral", "--stop", "never", OWL);
        assertEquals("stop_string", object.get("reason"));
        assertEquals("Moral", object.get("stop"));
        assertTrue(object.get("text").toString().contains("owl"));
        assertFalse(object.get("text").toString().contains("Mor"));
    }

    @Test
    void rawContinuesThePromptAsItIs() {
        Map<?, ?> chat = json("run", "--json", "--greedy", "--max-tokens", "20", OWL);
        Map<?, ?> raw = json("run", "--json", "--greedy", "--max-tokens", "20", "--raw",
                "<|user|>" + OWL + "<|assistant|>");
        assertEquals(chat.get("ids"), raw.get("ids"));
    }

    @Test
    void theTextDoesNotDependOnThreads() {
        String one = Cli.run("run", "--greedy", "--threads", "1", "--max-tokens", "40", OWL).ok().out();
        assertEquals(one, Cli.run("run", "--greedy", "--threads", "3", "--max-tokens", "40", OWL).ok().out());
    }

    @Test
    void aWatchedRunGivesTheSameText() {
        String prompt = (OWL + " ").repeat(20).strip();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(InputStream.nullInputStream(), out, err, false, true);
        assertEquals(TegulaCommand.OK, TegulaCommand.run(terminal, "run", "--greedy", "--max-tokens", "8", prompt));
        assertEquals(Cli.run("run", "--greedy", "--max-tokens", "8", prompt).ok().out(), out.toString());
        // Above it there may be progress, on a slow machine.
        assertTrue(err.toString().contains("tegula: 241 prompt tokens"), err.toString());
    }

    @Test
    void wrongValuesAreWrongUsage() {
        for (List<String> wrong : List.of(List.of("--temperature", "-1"), List.of("--top-p", "2"),
                List.of("--max-tokens", "0"), List.of("--stop", ""), List.of("--seed", "x"),
                List.of("--threads", "0"), List.of("--context", "0"), List.of("--engines", "abacus"),
                List.of("--raw", "--system", "s"))) {
            String[] args = Stream.concat(Stream.of("run", "x"), wrong.stream()).toArray(String[]::new);
            Cli cli = Cli.run(args);
            assertEquals(TegulaCommand.USAGE, cli.status(), wrong + ": " + cli.err());
            assertTrue(cli.err().startsWith("tegula: "), cli.err());
        }
    }

    @Test
    void wrongValuesAreSeenBeforeTheModelIsOpened() {
        Cli cli = Cli.run("run", "--model", "/no/such/file.gguf", "--max-tokens", "0", "x");
        assertEquals(TegulaCommand.USAGE, cli.status(), cli.err());
        assertTrue(cli.err().contains("--max-tokens must be at least 1"), cli.err());
        cli = Cli.run("run", "--top-p", "2", "x");
        assertTrue(cli.err().contains("--top-p must be above 0 and at most 1, was 2.0"), cli.err());
        cli = Cli.run("run", "--logit-bias", "5=NaN", "x");
        assertTrue(cli.err().contains("--logit-bias of token 5 must be finite"), cli.err());
    }

    @Test
    void threadsHaveOneRangeInEveryCommand(@TempDir Path folder) throws IOException {
        String text = Files.writeString(folder.resolve("text"), OWL).toString();
        for (String threads : List.of("0", "1025", "-1")) {
            for (List<String> command : List.of(List.of("run", "x"), List.of("chat"), List.of("bench"),
                    List.of("perplexity", text), List.of("inspect"),
                    List.of("logits", "--tokens", "1", "--out", folder.resolve("out.npy").toString()))) {
                String[] args = Stream.concat(command.stream(), Stream.of("--threads", threads)).toArray(String[]::new);
                Cli cli = Cli.run(args);
                assertEquals(TegulaCommand.USAGE, cli.status(), command + ": " + cli.err());
                assertTrue(cli.err().startsWith("tegula: --threads must be from 1 to 1024, was " + threads + "\n"),
                        cli.err());
            }
        }
    }

    @Test
    void anUnknownDialectIsAnsweredWithTheNamesThereAre() {
        Cli cli = Cli.run("run", "--dialect", "foo", "x");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains("'--dialect': no GGUF dialect foo; there are none, bitnet-x86, bitnet-arm\n"),
                cli.err());
        assertFalse(cli.err().contains("Exception") || cli.err().contains("GgufDialect"), cli.err());
    }

    @Test
    void aPromptThatDoesNotFitIsRefused() {
        Cli cli = Cli.run("run", "--context", "8", OWL);
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertTrue(cli.err().contains("13 tokens") && cli.err().contains("8"), cli.err());
        Cli context = Cli.run("run", "--context", "100000", OWL);
        assertEquals(TegulaCommand.FAILED, context.status());
        assertTrue(context.err().contains("100000") && context.err().contains("512"), context.err());
    }
}
