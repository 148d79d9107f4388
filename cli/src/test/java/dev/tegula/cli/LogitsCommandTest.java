package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogitsCommandTest {
    private static final int VOCABULARY = 1024;

    @TempDir
    private Path folder;

    private byte[] logits(String tokens, String... more) throws IOException {
        Path file = folder.resolve("x.npy");
        List<String> args = new ArrayList<>(
                List.of("logits", "--tokens", tokens, "--out", file.toString()));
        args.addAll(List.of(more));
        assertEquals("", Cli.run(args.toArray(String[]::new)).ok().out());
        return Files.readAllBytes(file);
    }

    private static float[] row(byte[] file, int rows, int row) {
        int header = file.length - rows * VOCABULARY * Float.BYTES;
        FloatBuffer values = ByteBuffer.wrap(file, header, file.length - header)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] logits = new float[VOCABULARY];
        values.get(row * VOCABULARY, logits);
        return logits;
    }

    @Test
    void writesANumpyFile() throws IOException {
        byte[] file = logits("1,377,324");
        int header = file.length - 3 * VOCABULARY * Float.BYTES;
        assertEquals(0, header % 64);
        assertArrayEquals(new byte[]{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) (header - 10), 0},
                Arrays.copyOf(file, 10));
        String dictionary = new String(file, 10, header - 10, StandardCharsets.US_ASCII);
        assertTrue(dictionary.startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1024), }"), dictionary);
        assertTrue(dictionary.endsWith(" \n"));
    }

    @Test
    void theLargestLogitIsTheGreedyToken() throws IOException {
        List<?> prompt = (List<?>) Cli.run("tokenize", "--json", "<|user|>Tell me a fable.<|assistant|>")
                .objects()
                .getFirst()
                .get("ids");
        String tokens = String.join(",", prompt.stream().map(Object::toString).toList());
        float[] last = row(logits(tokens, "--kv", "f16"), prompt.size(), prompt.size() - 1);
        int best = 0;
        for (int i = 1; i < VOCABULARY; i++) {
            best = last[i] > last[best] ? i : best;
        }
        Map<?, ?> run = Cli.run("run", "--json", "--greedy", "--max-tokens", "1", "Tell me a fable.")
                .objects()
                .getFirst();
        assertEquals(List.of((long) best), run.get("ids"));
    }

    @Test
    void piecesDoNotChangeABit() throws IOException {
        byte[] whole = logits("1,377,324,261,378,345,527,556");
        assertArrayEquals(whole, logits("1,377,324,261,378,345,527,556", "--chunks", "3,1,4"));
        assertArrayEquals(whole,
                logits("1,377,324,261,378,345,527,556", "--chunks", "1,1,1,1,1,1,1,1", "--threads", "1"));
    }

    @Test
    void i2sRunsUnderADialect() throws IOException {
        String model = SyntheticModel.tiny("bitnet", DType.I2_S).write(folder.resolve("i2s.gguf")).toString();
        byte[] x86 = logits("1,300,42", "--model", model, "--dialect", "bitnet-x86");
        assertArrayEquals(x86, logits("1,300,42", "--model", model, "--dialect", "bitnet-x86", "--engines", "ref"));
        byte[] arm = logits("1,300,42", "--model", model, "--dialect", "bitnet-arm");
        assertFalse(Arrays.equals(x86, arm), "the same bytes mean other weights there");
    }

    @Test
    void refusesWhatDoesNotFit() {
        String out = folder.resolve("x.npy").toString();
        Cli chunks = Cli.run("logits", "--tokens", "1,2,3", "--out", out, "--chunks", "1,1");
        assertEquals(TegulaCommand.USAGE, chunks.status());
        assertTrue(chunks.err().contains("--chunks"), chunks.err());
        Cli id = Cli.run("logits", "--tokens", "1,1024", "--out", out);
        assertEquals("tegula: token id 1024 is not in the vocabulary, ids go from 0 to 1023\n", id.err());
        assertEquals(TegulaCommand.FAILED, id.status());
        assertEquals("tegula: the context holds 2 tokens, 3 were fed\n",
                Cli.run("logits", "--tokens", "1,2,3", "--context", "2", "--out", out).err());
        assertFalse(Files.exists(Path.of(out)));
        assertEquals(TegulaCommand.USAGE, Cli.run("logits", "--tokens", "1").status());
        Cli place = Cli.run("logits", "--tokens", "1", "--out", "/no/such/folder/x.npy");
        assertEquals("tegula: /no/such/folder/x.npy: no such file\n", place.err());
    }
}
