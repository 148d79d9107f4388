package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that other programs have written; they lie in the folder of the property {@code tegula.data}. */
class GgufRealFilesTest {
    @TempDir
    Path folder;
    Path data;

    @BeforeEach
    void find() {
        String property = System.getProperty("tegula.data", "");
        assumeTrue(!property.isEmpty(), "tegula.data is not set");
        data = Path.of(property);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(path -> path.toString().endsWith(".gguf")).sorted().toList();
        }
    }

    @Test
    void vocabulariesAreWhole() throws IOException {
        List<Path> files = files(data.resolve("vocab"));
        assertFalse(files.isEmpty());
        for (Path path : files) {
            try (GgufFile file = GgufFile.open(path)) {
                GgufMetadata metadata = file.metadata();
                GgufArray tokens = metadata.getStringArray("tokenizer.ggml.tokens");
                assertEquals(tokens.size(), metadata.getInts("tokenizer.ggml.token_type").length, path.toString());
                metadata.findFloats("tokenizer.ggml.scores")
                        .ifPresent(scores -> assertEquals(tokens.size(), scores.length, path.toString()));
                assertFalse(metadata.getString("tokenizer.ggml.model").isEmpty());
                metadata.findStrings("tokenizer.ggml.merges")
                        .ifPresent(merges -> merges.forEach(merge -> assertTrue(merge.indexOf(' ', 1) > 0, merge)));
            }
        }
    }

    @Test
    void theSameModelInThreeFormatsAgrees() throws IOException {
        Path models = data.resolve("models").resolve("stories260K");
        try (GgufFile exact = GgufFile.open(models.resolve("stories260K.f32.gguf"));
                GgufFile half = GgufFile.open(models.resolve("stories260K.f16.gguf"));
                GgufFile eight = GgufFile.open(models.resolve("stories260K.q8_0.gguf"));
                Arena arena = Arena.ofConfined()) {
            assertEquals(exact.tensors().stream().map(GgufTensor::name).toList(),
                    half.tensors().stream().map(GgufTensor::name).toList());
            for (GgufTensor tensor : exact.tensors()) {
                GgufTensor other = half.tensor(tensor.name());
                assertEquals(tensor.elements(), other.elements());
                assertEquals(tensor.elements(), eight.tensor(tensor.name()).elements());
                if (other.type() == dev.tegula.tensor.DType.F16) {
                    MemorySegment wide = exact.load(tensor, arena);
                    MemorySegment narrow = half.load(other, arena);
                    var shorts = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
                    var floats = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
                    for (long i = 0; i < tensor.elements(); i++) {
                        assertEquals(Float.floatToFloat16(wide.getAtIndex(floats, i)), narrow.getAtIndex(shorts, i));
                    }
                }
            }
        }
    }

    @Test
    void copiesAreByteForByte() throws IOException {
        for (Path path : Stream.concat(files(data.resolve("vocab")).stream(), files(data.resolve("models")).stream())
                .toList()) {
            Path copy = folder.resolve("copy.gguf");
            try (GgufFile file = GgufFile.open(path); Arena arena = Arena.ofConfined()) {
                GgufWriter writer = GgufWriter.create(file.version());
                file.metadata().entries().forEach(writer::put);
                for (GgufTensor tensor : file.tensors()) {
                    writer.tensor(tensor.name(), tensor.type(), tensor.dims(), file.load(tensor, arena));
                }
                writer.write(copy);
            }
            // a vocabulary alone may end with or without the padding before the data that it does not have
            byte[] written = Files.readAllBytes(copy);
            byte[] original = Files.readAllBytes(path);
            int common = Math.min(written.length, original.length);
            assertEquals(-1, java.util.Arrays.mismatch(java.util.Arrays.copyOf(written, common),
                    java.util.Arrays.copyOf(original, common)), path.toString());
            assertTrue(Math.abs(written.length - original.length) < 32, path.toString());
        }
    }

    @Test
    void cutOffAnywhereInTheHeaderTheyAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(data.resolve("models/stories260K/stories260K.q8_0.gguf"));
        for (int length = 0; length < bytes.length; length += 1 + length / 40) {
            byte[] part = java.util.Arrays.copyOf(bytes, length);
            GgufException refusal = org.junit.jupiter.api.Assertions.assertThrows(GgufException.class,
                    () -> GgufFile.read(part, "part", GgufOptions.defaults()));
            assertTrue(refusal.code() == GgufErrorCode.TRUNCATED || refusal.code() == GgufErrorCode.OUTSIDE_FILE,
                    refusal.getMessage());
        }
    }
}
