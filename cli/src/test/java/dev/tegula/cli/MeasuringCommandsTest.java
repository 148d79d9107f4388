package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code perplexity}, {@code bench} and {@code kernels}. */
class MeasuringCommandsTest {
    private static final String FABLE = "<|user|>Tell me a fable about an owl and a lantern.<|assistant|>";

    @TempDir
    private Path folder;

    @Test
    void perplexityIsLowOnWhatTheModelWroteItself() throws IOException {
        String own = Cli.run("run", "--greedy", "--max-tokens", "60").ok().out().strip();
        Path text = Files.writeString(folder.resolve("own.txt"), own);
        Map<?, ?> object = Json.parseObject(Cli.run("perplexity", "--json", text.toString()).ok().out());
        double perplexity = (Double) object.get("perplexity");
        assertTrue(perplexity > 1 && perplexity < 4, "perplexity " + perplexity);
        assertEquals((Long) object.get("tokens") - 1, object.get("predicted"));
        assertEquals(perplexity, Math.exp((Double) object.get("mean_nll")), 1e-9);
        Path noise = Files.writeString(folder.resolve("noise.txt"), "kite kite Moral: lantern zq lion");
        Map<?, ?> worse = Json.parseObject(Cli.run("perplexity", "--json", noise.toString()).ok().out());
        assertTrue((Double) worse.get("perplexity") > 20 * perplexity, worse.toString());
    }

    @Test
    void windowsCountEveryTokenOnce() throws IOException {
        Path text = Files.writeString(folder.resolve("long.txt"), (FABLE + "Once there was a fox. ").repeat(4));
        Map<?, ?> whole = Json.parseObject(Cli.run("perplexity", "--json", text.toString()).ok().out());
        for (String context : List.of("1", "2", "7", "32", "70")) {
            Map<?, ?> cut = Json.parseObject(
                    Cli.run("perplexity", "--json", "--context", context, text.toString()).ok().out());
            assertEquals(whole.get("predicted"), cut.get("predicted"), "context " + context);
        }
    }

    @Test
    void perplexityEqualsTheReferenceOfTheTrainedModel() throws IOException {
        String data = System.getProperty("tegula.data", "");
        assumeTrue(!data.isEmpty(), "tegula.data does not name the folder with the trained model");
        Path model = Path.of(data, "models", "stories260K");
        Map<?, ?> reference = (Map<?, ?>) Json.parseObject(Files.readString(model.resolve("reference.json")))
                .get("perplexity");
        Path text = Files.writeString(folder.resolve("text.txt"), (String) reference.get("text"));
        double expected = (Double) reference.get("ppl");
        Map<String, Double> tolerances = Map.of("f32", 0.001, "f16", 0.001, "q8_0", 0.01);
        tolerances.forEach((format, tolerance) -> {
            Map<?, ?> object = Json.parseObject(Cli.run("perplexity", "--json", "--model",
                    model.resolve("stories260K." + format + ".gguf").toString(), text.toString()).ok().out());
            assertEquals(reference.get("n_predicted"), object.get("predicted"));
            assertEquals(expected, (Double) object.get("perplexity"), tolerance * expected, format);
        });
    }

    @Test
    void perplexityNeedsAText() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        Cli cli = Cli.run("perplexity", empty.toString());
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertTrue(cli.err().contains("at least 2 tokens"), cli.err());
    }

    @Test
    void perplexityNamesAFileThatIsNoText() throws IOException {
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[]{'n', 'a', (byte) 0xEF, 'v', 'e'});
        Cli cli = Cli.run("perplexity", latin.toString());
        assertEquals(TegulaCommand.FAILED, cli.status());
        assertEquals("tegula: " + latin + ": not a text in UTF-8\n", cli.err());
    }

    @Test
    void benchReportsEveryTestAndTheKernels() {
        Map<?, ?> object = Json.parseObject(Cli.run("bench", "--json", "--threads", "1", "--prefill", "5,0", "--decode",
                "2", "--repeat", "3").ok().out());
        List<?> tests = (List<?>) object.get("tests");
        assertEquals(2, tests.size());
        assertEquals(List.of("prefill 5", "decode 2"),
                tests.stream().map(test -> (Object) ((Map<?, ?>) test).get("test")).toList());
        for (Object test : tests) {
            Map<?, ?> row = (Map<?, ?>) test;
            assertTrue((Double) row.get("min") <= (Double) row.get("median"), row.toString());
            assertTrue((Double) row.get("median") <= (Double) row.get("max"), row.toString());
            assertEquals(3, ((List<?>) row.get("nanos")).size());
            assertTrue((Double) row.get("gmac_per_second") > 0);
        }
        assertTrue(object.get("kernels").toString().contains("matmul."));
        assertEquals(TegulaCommand.USAGE, Cli.run("bench", "--repeat", "0").status());
        assertEquals(TegulaCommand.USAGE, Cli.run("bench", "--threads", "-1").status());
    }

    @Test
    void benchRefusesToMeasureNothing() {
        Cli cli = Cli.run("bench", "--prefill", "0", "--decode", "0,0");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err()
                .startsWith(
                        "tegula: nothing to measure: of the lengths of --prefill and --decode one must be at least 1\n"),
                cli.err());
    }

    @Test
    void kernelsNamesEnginesAndReasons() {
        Map<?, ?> object = Json.parseObject(Cli.run("kernels", "--json", "--engines", "ref").ok().out());
        List<?> ops = (List<?>) object.get("ops");
        assertTrue(ops.size() > 5);
        for (Object op : ops) {
            assertTrue(((Map<?, ?>) op).get("kernel").toString().endsWith(".ref"), op.toString());
            assertNotNull(((Map<?, ?>) op).get("refused"));
        }
        String text = Cli.run("kernels").ok().out();
        assertTrue(text.startsWith("Engines, the best first\n") && text.contains("matmul."), text);
        assertEquals(text, Cli.run("kernels", "--strict").ok().out());
        assertEquals(text.contains(".nat-"), text.contains("      blocking: "), text);
        Cli scalar = Cli.run("kernels", "--strict", "--engines", "ref");
        assertEquals(TegulaCommand.FAILED, scalar.status());
        assertTrue(scalar.err().contains("token_embd.weight: strict: "), scalar.err());
        Cli unknown = Cli.run("kernels", "--engines", "abacus");
        assertEquals(TegulaCommand.USAGE, unknown.status());
        assertTrue(unknown.err().contains("abacus"), unknown.err());
    }
}
