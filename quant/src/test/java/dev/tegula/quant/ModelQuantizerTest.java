package dev.tegula.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.file.gguf.GgufFile;
import dev.tegula.file.gguf.GgufTensor;
import dev.tegula.file.gguf.GgufWriter;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.codec.Codecs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelQuantizerTest {
    @TempDir
    Path folder;

    private ModelQuantizer.Summary quantize(Path in, Path out, DType type, Optional<DType> embedding)
            throws IOException {
        try (GgufFile file = GgufFile.open(in)) {
            AtomicLong last = new AtomicLong();
            ModelQuantizer.Summary summary = ModelQuantizer.write(file, out, type, embedding, done -> {
                assertTrue(done > last.getAndSet(done));
            });
            assertEquals(file.tensorBytes(), last.get());
            return summary;
        }
    }

    @Test
    void matricesAreQuantizedAndTheRestIsAsItWas() throws IOException {
        // A matrix of more than one piece.
        Path in = new SyntheticModel("qwen2", 1, 256, 2048, 4, 2, 64, 320, 256, DType.F16, DType.F32, 3)
                .write(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        Files.writeString(out, "old");
        ModelQuantizer.Summary summary = quantize(in, out, DType.UINT3_G128, Optional.empty());
        assertEquals(7, summary.quantized());
        try (GgufFile before = GgufFile.open(in);
                GgufFile after = GgufFile.open(out);
                Arena arena = Arena.ofConfined()) {
            assertEquals(before.metadata().entries().toString(), after.metadata().entries().toString());
            assertEquals(before.tensors().size(), after.tensors().size());
            assertEquals(before.tensors().size() - 7, summary.kept());
            assertEquals(before.tensorBytes(), summary.bytesBefore());
            assertEquals(after.tensorBytes(), summary.bytesAfter());
            for (GgufTensor tensor : before.tensors()) {
                GgufTensor written = after.tensor(tensor.name());
                assertArrayEquals(tensor.dims(), written.dims());
                byte[] expected = before.load(tensor, arena).toArray(ValueLayout.JAVA_BYTE);
                if (tensor.type() == DType.F16) {
                    assertEquals(DType.UINT3_G128, written.type());
                    float[] values = new float[(int) tensor.elements()];
                    Codecs.decoder(DType.F16).decode(MemorySegment.ofArray(expected), 0, values, 0, values.length);
                    expected = Formats.encoder(DType.UINT3_G128).encode(values);
                }
                assertArrayEquals(expected, after.load(written, arena).toArray(ValueLayout.JAVA_BYTE), tensor.name());
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count(), "nothing else is left");
        }
    }

    @Test
    void theEmbeddingIsQuantizedWhenAFormatIsNamed() throws IOException {
        Path in = SyntheticModel.tiny("llama", DType.Q8_0).write(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        // The matrices have that format already.
        assertEquals(1, quantize(in, out, DType.Q8_0, Optional.of(DType.INT5_G32)).quantized());
        try (GgufFile after = GgufFile.open(out)) {
            assertEquals(DType.INT5_G32, after.tensor("token_embd.weight").type());
        }
    }

    @Test
    void keysThatNoLongerHoldAreDropped() throws IOException {
        Path in = folder.resolve("in.gguf");
        Path out = folder.resolve("out.gguf");
        GgufWriter.create()
                .putUint32("general.file_type", 1)
                .putString("general.name", "a")
                .alignment(64)
                .hole("a.weight", DType.BF16, 128, 3)
                .hole("b.weight", DType.F32, 96, 3)
                .write(in);
        assertEquals(1, quantize(in, out, DType.INT1_G128, Optional.empty()).quantized());
        try (GgufFile after = GgufFile.open(out)) {
            assertEquals(2, after.metadata().entries().size());
            assertEquals(64, after.alignment());
            assertEquals(DType.F32, after.tensor("b.weight").type(), "its rows are no whole groups");
        }
    }

    @Test
    void refusesWhatMakesNoSense() throws IOException {
        Path in = SyntheticModel.tiny("llama", DType.F16).write(folder.resolve("in.gguf"));
        Path out = folder.resolve("out.gguf");
        byte[] before = Files.readAllBytes(in);
        assertMessage("is the input itself", () -> quantize(in, in, DType.Q4_0, Optional.empty()));
        assertMessage("no encoder", () -> quantize(in, out, DType.Q3_K, Optional.empty()));
        assertMessage("no matrix that could become F16", () -> quantize(in, out, DType.F16, Optional.empty()));
        assertThrows(IOException.class,
                () -> quantize(in, folder.resolve("missing").resolve("out.gguf"), DType.Q4_0, Optional.empty()));
        assertFalse(Files.exists(out));
        assertArrayEquals(before, Files.readAllBytes(in));
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }
}
