package dev.tegula.bench.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SyntheticCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new SyntheticCommand()).setErr(new PrintWriter(err)).execute(args);
    }

    @Test
    void writesTheShapeInTheFormat() throws IOException {
        Path path = folder.resolve("m.gguf");
        assertEquals(0, run("--shape", "qwen3-0.6b", "--type", "tq2_0", path.toString()), err.toString());
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals("qwen3", file.metadata().getString("general.architecture"));
            assertEquals(28 * 11 + 2, file.tensors().size());
            var down = file.tensors().stream().filter(t -> t.name().equals("blk.0.ffn_down.weight")).findFirst();
            assertEquals(DType.TQ2_0, down.orElseThrow().type());
        }
        assertEquals(2, run(path.toString()));
        assertTrue(err.toString().contains("m.gguf exists already"), err.toString());
    }

    @Test
    void whatItDoesNotKnowIsWrongUsage() {
        Path path = folder.resolve("n.gguf");
        assertEquals(2, run("--shape", "gpt-5", path.toString()));
        assertTrue(err.toString().contains("--shape 'gpt-5': must be one of [bitnet-2b, llama-3.1-8b, llama-3.2-1b,"),
                err.toString());
        assertEquals(2, run("--type", "q8_a32", path.toString()));
        assertTrue(err.toString().contains("--type 'q8_a32': must be one of F32, "), err.toString());
        assertFalse(Files.exists(path));
        assertEquals(2, run(folder.resolve("none/n.gguf").toString()));
        assertTrue(err.toString().contains("n.gguf: nothing can be written to " + folder.resolve("none")),
                err.toString());
    }
}
