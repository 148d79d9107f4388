package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @Test
    void showsTheEmbeddedModel() {
        String out = Cli.run("inspect").ok().out();
        assertTrue(out.startsWith("fable-ternary.gguf: GGUF version 3, 1,129,632 bytes, 38 tensors"), out);
        assertTrue(out.contains("general.architecture") && out.contains("\"llama\""));
        assertTrue(out.lines()
                .anyMatch(line -> line.matches("  blk\\.0\\.ffn_down\\.weight +TQ2_0 +\\[768, 256] +50,688 bytes")));
        assertTrue(out.contains("Memory plan"));
    }

    @Test
    void graphShowsEachPassAndThePlan() {
        String out = Cli.run("inspect", "--graph").ok().out();
        for (String heading : List.of("== built", "== fold", "== quantize-inputs", "== fuse", "== plan")) {
            assertTrue(out.contains(heading + "\n"), heading);
        }
        assertTrue(out.indexOf(" = RopeKvWrite[") > out.indexOf("== fuse"), "fused only by the pass");
    }

    @Test
    void jsonHasMetadataTensorsAndMemory() {
        Map<?, ?> object = Json.parseObject(Cli.run("inspect", "--json", "--context", "64", "--kv", "f32").ok().out());
        Map<?, ?> metadata = (Map<?, ?>) object.get("metadata");
        assertEquals("llama", metadata.get("general.architecture"));
        assertEquals(256L, metadata.get("llama.embedding_length"));
        Map<?, ?> tokens = (Map<?, ?>) metadata.get("tokenizer.ggml.tokens");
        assertEquals(1024L, tokens.get("length"));
        List<?> tensors = (List<?>) object.get("tensors");
        assertEquals(38, tensors.size());
        long bytes = tensors.stream().mapToLong(tensor -> (Long) ((Map<?, ?>) tensor).get("bytes")).sum();
        assertEquals(bytes, object.get("tensor_bytes"));
        Map<?, ?> memory = (Map<?, ?>) object.get("memory");
        // Keys and values of 4 layers, 64 positions, 4 KV heads of 32 elements, 4 bytes each.
        assertEquals(2L * 4 * 64 * 4 * 32 * 4, memory.get("kv_cache"));
    }

    @Test
    void i2sTakesADialect(@TempDir Path folder) throws IOException {
        String file = SyntheticModel.tiny("bitnet", DType.I2_S).write(folder.resolve("i2s.gguf")).toString();
        Cli without = Cli.run("inspect", file);
        assertEquals(TegulaCommand.FAILED, without.status());
        assertTrue(without.err().contains("I2_S") && without.err().contains("bitnet-x86"), without.err());
        for (String dialect : List.of("bitnet-x86", "bitnet-arm")) {
            String out = Cli.run("inspect", "--dialect", dialect, file).ok().out();
            assertTrue(out.lines()
                    .anyMatch(line -> line.matches("  blk\\.0\\.attn_q\\.weight +I2_S +\\[256, 256] +16,416 bytes")),
                    out);
            assertTrue(out.contains("KV cache"), "a plan is made: " + out);
        }
    }

    @Test
    void allShowsArraysInFull() {
        Map<?, ?> object = Json.parseObject(Cli.run("inspect", "--json", "--all").ok().out());
        List<?> tokens = (List<?>) ((Map<?, ?>) object.get("metadata")).get("tokenizer.ggml.tokens");
        assertEquals(1024, tokens.size());
        assertEquals("<|user|>", tokens.get(1));
    }
}
