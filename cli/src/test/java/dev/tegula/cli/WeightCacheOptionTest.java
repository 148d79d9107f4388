package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightCacheOptionTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path standard;

    @BeforeEach
    void write() throws IOException {
        model = SyntheticModel.tiny("llama", DType.Q4_0).write(folder.resolve("m.gguf"));
        standard = folder.resolve("m.gguf.packed");
    }

    private byte[] logits(String... more) throws IOException {
        Path out = folder.resolve("x.npy");
        List<String> args = new ArrayList<>(
                List.of("logits", "--tokens", "1,300,42", "--model", model.toString(), "--out", out.toString()));
        args.addAll(List.of(more));
        Cli.run(args.toArray(String[]::new)).ok();
        return Files.readAllBytes(out);
    }

    @Test
    void theFileLiesBesideTheModelOrWhereItIsNamed() throws IOException {
        byte[] plain = logits();
        assertFalse(Files.exists(standard));
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(plain, logits("--weight-cache"));
            assertTrue(Files.exists(standard));
        }
        assertArrayEquals(plain, logits("--weight-cache", "--verify"));
        Path named = folder.resolve("named");
        assertArrayEquals(plain, logits("--weight-cache=" + named, "--verify"));
        assertTrue(Files.exists(named));
    }

    @Test
    void aPromptAfterTheOptionIsNoFile() {
        Cli cli = Cli.run("run", "--model", model.toString(), "--greedy", "--max-tokens", "2", "--weight-cache",
                "hello");
        cli.ok();
        assertTrue(Files.exists(standard));
        assertEquals(cli.out(),
                Cli.run("run", "--model", model.toString(), "--greedy", "--max-tokens", "2", "hello").ok().out());
    }

    @Test
    void anEmptyNameIsNone() {
        Cli cli = Cli.run("inspect", model.toString(), "--weight-cache=");
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().startsWith("tegula: --weight-cache= names no file\n"), cli.err());
    }

    @Test
    void inspectSaysWhatIsMapped() {
        String out = Cli.run("inspect", model.toString(), "--weight-cache").ok().out();
        assertTrue(out.lines().anyMatch(line -> line.matches("  of which [\\d,]+ are mapped from .*\\.gguf\\.packed")),
                out);
        Map<?, ?> memory = (Map<?, ?>) Json
                .parseObject(Cli.run("inspect", "--json", model.toString(), "--weight-cache").ok().out())
                .get("memory");
        assertTrue((Long) memory.get("mapped") >= (Long) memory.get("weights"));
        assertFalse(Files.exists(standard), "nothing is loaded");
    }

    @Test
    void theEmbeddedModelHasNone() {
        for (String command : List.of("run", "bench", "inspect")) {
            Cli cli = Cli.run(command, "--weight-cache");
            assertEquals(TegulaCommand.USAGE, cli.status());
            assertTrue(cli.err().contains("--weight-cache needs --model"), cli.err());
        }
        Cli cli = Cli.run("logits", "--tokens", "1", "--out", "x", "--verify", "--model", model.toString());
        assertEquals(TegulaCommand.USAGE, cli.status());
        assertTrue(cli.err().contains("--verify needs --weight-cache"), cli.err());
    }
}
