package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuantizeCommandTest {
    @TempDir
    Path folder;

    @Test
    void whatItWritesRuns() throws IOException {
        Path in = SyntheticModel.tiny("llama", DType.F32).write(folder.resolve("in.gguf"));
        String text = folder.resolve("text.txt").toString();
        Files.writeString(Path.of(text),
                "What a model predicts of this text is nothing much, but it is the same nothing.");
        double right = perplexity(in, text);
        for (String type : new String[]{"int8_g32", "UINT6_G128", "q8_0"}) {
            Path out = folder.resolve(type);
            Cli cli = Cli.run("quantize", in.toString(), out.toString(), "--type", type, "--embedding", "int8_g128")
                    .ok();
            assertTrue(cli.out().contains("15 matrices quantized, 5 tensors as they were"), cli.out());
            assertEquals(right, perplexity(out, text), 0.02 * right, type);
        }
    }

    private static double perplexity(Path model, String text) {
        Cli cli = Cli.run("perplexity", "--json", "--model", model.toString(), text).ok();
        return (Double) Json.parseObject(cli.out()).get("perplexity");
    }

    @Test
    void refusesInOneLine() throws IOException {
        Path in = SyntheticModel.tiny("llama", DType.F16).write(folder.resolve("in.gguf"));
        Cli unknown = Cli.run("quantize", in.toString(), "out", "--type", "int9_g32");
        assertEquals(TegulaCommand.USAGE, unknown.status());
        assertTrue(unknown.err().contains("'int9_g32' is none of f16 q4_0"), unknown.err());
        assertEquals(TegulaCommand.USAGE, Cli.run("quantize", in.toString(), "out").status());
        Cli same = Cli.run("quantize", in.toString(), in.toString(), "--type", "int4_g32");
        assertEquals(TegulaCommand.FAILED, same.status());
        assertTrue(same.err().endsWith("is the input itself\n"), same.err());
        Cli missing = Cli.run("quantize", folder.resolve("none").toString(), "out", "--type", "int4_g32");
        assertTrue(missing.err().endsWith("none: no such file\n"), missing.err());
    }
}
