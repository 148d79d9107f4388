package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the writer writes, the reader reads; and both agree with bytes put together by hand. */
class GgufRoundTripTest {
    @TempDir
    Path folder;

    @Test
    void writesTheBytesOfTheFormat() throws IOException {
        Path path = folder.resolve("m.gguf");
        byte[] data = {1, 2, 3, 4, 5, 6, 7, 8};
        GgufWriter.create()
                .putString("a", "é")
                .putUint32("b", 7)
                .putFloats("c", 1f)
                .tensor("t", DType.F32, new long[]{2, 1}, MemorySegment.ofArray(data))
                .hole("u", DType.F16, 3)
                .write(path);
        byte[] expected = RawGguf.header(2, 3)
                .key("a", RawGguf.STRING)
                .string("é")
                .key("b", RawGguf.UINT32)
                .u32(7)
                .key("c", RawGguf.ARRAY)
                .u32(RawGguf.FLOAT32)
                .u64(1)
                .u32(0x3F800000)
                .tensor("t", RawGguf.F32, 0, 2, 1)
                .tensor("u", RawGguf.F16, 32, 3)
                .align(32)
                .u8(1, 2, 3, 4, 5, 6, 7, 8)
                .align(32)
                .zeros(32)
                .bytes();
        assertArrayEquals(expected, Files.readAllBytes(path));
    }

    @ParameterizedTest
    @CsvSource({"2, 32", "3, 32", "3, 8", "3, 64", "2, 4096"})
    void everyValueTypeAndFormatComesBack(int version, int alignment) throws IOException {
        Random random = new Random(version * 31 + alignment);
        GgufWriter writer = GgufWriter.create(version).alignment(alignment);
        try (GgufFile all = GgufFile.read(GgufMetadataTest.everything().header(), "all", GgufOptions.defaults())) {
            all.metadata().entries().forEach(writer::put);
        }
        Map<String, byte[]> contents = new HashMap<>();
        for (DType type : DType.values()) {
            // MXFP4's number means another format in files that may hold I2_S
            if (type == DType.MXFP4 || type != DType.I2_S && type.ggufId() < 0) {
                continue;
            }
            long[] dims = {type.blockLength() * (4L + random.nextInt(3)), 1 + random.nextInt(3), 2};
            byte[] bytes = new byte[(int) TensorTypes.bytes(type, dims[0] * dims[1] * dims[2])];
            random.nextBytes(bytes);
            contents.put(type + ".weight", bytes);
            writer.tensor(type + ".weight", type, dims, MemorySegment.ofArray(bytes));
        }
        Path path = folder.resolve("m.gguf");
        writer.write(path);
        GgufOptions options = GgufOptions.defaults().withDialect(GgufDialect.BITNET_X86);
        for (GgufFile file : List.of(GgufFile.open(path, options), GgufFile.open(path, options.withNoMmap(true)),
                GgufFile.read(Files.readAllBytes(path), "m", options),
                GgufFile.read(new ByteArrayInputStream(Files.readAllBytes(path)), "m", options))) {
            try (file) {
                check(file, version, alignment, contents);
            }
        }
    }

    private static void check(GgufFile file, int version, int alignment, Map<String, byte[]> contents) {
        assertEquals(version, file.version());
        assertEquals(alignment, file.alignment());
        assertEquals(25, file.metadata().entries().size());
        assertEquals(List.of("", "a", "дом"), file.metadata().getStrings("[string"));
        assertEquals(contents.size(), file.tensors().size());
        for (GgufTensor tensor : file.tensors()) {
            byte[] expected = contents.get(tensor.name());
            assertEquals(expected.length, tensor.bytes(), tensor.name());
            assertEquals(0, tensor.fileOffset() % alignment);
            assertEquals(tensor, file.tensor(tensor.type() + ".weight"));
            try (Arena arena = Arena.ofConfined()) {
                assertArrayEquals(expected, file.load(tensor, arena).toArray(ValueLayout.JAVA_BYTE), tensor.name());
                MemorySegment part = arena.allocate(10);
                file.read(tensor, 3, part, 4, 5);
                byte[] wanted = new byte[10];
                System.arraycopy(expected, 3, wanted, 4, 5);
                assertArrayEquals(wanted, part.toArray(ValueLayout.JAVA_BYTE), tensor.name());
            }
        }
    }

    @Test
    void equalCallsGiveEqualBytes() throws IOException {
        for (String name : List.of("a", "b")) {
            GgufMetadataTest.everything().hole("t", DType.Q4_K, 512, 3).write(folder.resolve(name));
        }
        assertArrayEquals(Files.readAllBytes(folder.resolve("a")), Files.readAllBytes(folder.resolve("b")));
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path path = folder.resolve("m.gguf");
        GgufWriter.create().putString("k", "old").write(path);
        GgufWriter wrong = GgufWriter.create()
                .tensor("t", DType.F32, new long[]{4},
                        channel -> channel.write(ByteBuffer.allocate(15)));
        IOException failure = assertThrows(IOException.class, () -> wrong.write(path));
        assertTrue(failure.getMessage().contains("15") && failure.getMessage().contains("16"), failure.getMessage());
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals("old", file.metadata().getString("k"));
        }
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "a temporary file was left behind");
        }
    }

    @Test
    void dataMayComeInPieces() throws IOException {
        Path path = folder.resolve("m.gguf");
        GgufWriter.create().tensor("t", DType.F32, new long[]{2}, channel -> {
            channel.write(ByteBuffer.wrap(new byte[]{1, 2, 3}));
            channel.write(ByteBuffer.wrap(new byte[]{4, 5, 6, 7, 8}));
        }).write(path);
        try (GgufFile file = GgufFile.open(path); Arena arena = Arena.ofConfined()) {
            assertArrayEquals(new byte[]{1, 2, 3, 4, 5, 6, 7, 8},
                    file.load(file.tensor("t"), arena).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void theWriterRefusesWhatTheReaderWould() {
        GgufWriter writer = GgufWriter.create().putUint32("k", 1).hole("t", DType.F32, 1);
        for (Runnable wrong : List.<Runnable>of(() -> GgufWriter.create(1), () -> GgufWriter.create(4),
                () -> writer.putUint32("k", 1), () -> writer.putUint32("", 1), () -> writer.putUint32("n", -1),
                () -> writer.putUint32("n", 1L << 32), () -> writer.putInteger("n", GgufValueType.UINT8, 256),
                () -> writer.putInteger("n", GgufValueType.INT8, 128),
                () -> writer.putInteger("n", GgufValueType.BOOL, 1), () -> writer.alignment(0),
                () -> writer.alignment(24), () -> writer.hole("t", DType.F32, 1), () -> writer.hole("", DType.F32, 1),
                () -> writer.hole("u", DType.Q8_A32, 32), () -> writer.hole("u", DType.F32),
                () -> writer.hole("u", DType.F32, 1, 1, 1, 1, 1),
                () -> writer.hole("u", DType.F32, 0), () -> writer.hole("u", DType.Q8_0, 33),
                () -> writer.tensor("u", DType.F32, new long[]{2}, MemorySegment.ofArray(new byte[7])))) {
            assertThrows(IllegalArgumentException.class, wrong::run);
        }
        assertThrows(ArithmeticException.class, () -> writer.hole("u", DType.F32, 1L << 40, 1L << 40));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomFilesComeBack(long seed) {
        Random random = new Random(seed);
        GgufWriter writer = GgufWriter.create(2 + random.nextInt(2));
        List<Object> values = new ArrayList<>();
        int keys = random.nextInt(200);
        for (int i = 0; i < keys; i++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    String text = "x".repeat(random.nextInt(70_000));
                    values.add(text);
                    writer.putString("key" + i, text);
                }
                case 1 -> {
                    long number = random.nextLong();
                    values.add(number);
                    writer.putInteger("key" + i, GgufValueType.INT64, number);
                }
                case 2 -> {
                    String[] texts = new String[random.nextInt(3000)];
                    Arrays.setAll(texts, n -> Integer.toString(random.nextInt(), 2 + random.nextInt(30)));
                    values.add(List.of(texts));
                    writer.putStrings("key" + i, List.of(texts));
                }
                default -> {
                    long[] numbers = random.longs(random.nextInt(3000)).toArray();
                    values.add(numbers);
                    writer.putIntegers("key" + i, GgufValueType.INT64, numbers);
                }
            }
        }
        try (GgufFile file = GgufFile.read(writer.header(), "random", GgufOptions.defaults())) {
            assertEquals(keys, file.metadata().entries().size());
            for (int i = 0; i < keys; i++) {
                switch (values.get(i)) {
                    case String text -> assertEquals(text, file.metadata().getString("key" + i));
                    case Long number -> assertEquals(number, file.metadata().getLong("key" + i));
                    case long[] numbers ->
                        assertArrayEquals(numbers, file.metadata().findLongs("key" + i).orElseThrow());
                    case Object texts -> assertEquals(texts, file.metadata().getStrings("key" + i));
                }
            }
            assertFalse(file.metadata().has("key" + keys));
        }
    }
}
