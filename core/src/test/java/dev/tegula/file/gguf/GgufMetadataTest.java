package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GgufMetadataTest {
    /** Every getter under its name, and the keys of {@link #everything} that it answers. */
    private static final Map<String, BiFunction<GgufMetadata, String, Object>> GETTERS = Map.ofEntries(
            Map.entry("string", GgufMetadata::findString), Map.entry("long", GgufMetadata::findLong),
            Map.entry("int", GgufMetadata::findInt), Map.entry("double", GgufMetadata::findDouble),
            Map.entry("float", GgufMetadata::findFloat), Map.entry("bool", GgufMetadata::findBool),
            Map.entry("array", GgufMetadata::findArray), Map.entry("strings", GgufMetadata::findStrings),
            Map.entry("ints", GgufMetadata::findInts), Map.entry("longs", GgufMetadata::findLongs),
            Map.entry("floats", GgufMetadata::findFloats), Map.entry("bools", GgufMetadata::findBools));

    private static final Set<String> INTEGERS = Set.of("u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64");
    private static final Set<String> INTEGER_ARRAYS = Set.of("[u8", "[i8", "[u16", "[i16", "[u32", "[i32", "[u64",
            "[i64");

    private static final Map<String, Set<String>> ANSWERED = Map.ofEntries(Map.entry("string", Set.of("string")),
            Map.entry("long", INTEGERS), Map.entry("int", INTEGERS), Map.entry("double", Set.of("f32", "f64")),
            Map.entry("float", Set.of("f32", "f64")), Map.entry("bool", Set.of("bool")),
            Map.entry("array", union(INTEGER_ARRAYS, Set.of("[string", "[f32", "[f64", "[bool"))),
            Map.entry("strings", Set.of("[string")), Map.entry("ints", INTEGER_ARRAYS),
            Map.entry("longs", INTEGER_ARRAYS), Map.entry("floats", Set.of("[f32", "[f64")),
            Map.entry("bools", Set.of("[bool")));

    /** A key for each type, named after it. */
    static GgufWriter everything() {
        GgufWriter writer = GgufWriter.create()
                .putString("string", "dürfen 🦉")
                .putFloat("f32", 0.1f)
                .putDouble("f64", 0.1)
                .putBool("bool", true)
                .putStrings("[string", List.of("", "a", "дом"))
                .putFloats("[f32", 1.5f, -0.0f, Float.NaN)
                .putDoubles("[f64", 1.5, Double.MIN_VALUE)
                .putBools("[bool", true, false);
        for (GgufValueType type : GgufValueType.values()) {
            if (type.isInteger()) {
                String name = type.name().replace("UINT", "u").replace("INT", "i");
                writer.putInteger(name, type, 100).putIntegers("[" + name, type, 1, 100, 127);
            }
        }
        return writer;
    }

    private static GgufMetadata read(GgufWriter writer) {
        try (GgufFile file = GgufFile.read(writer.header(), "m.gguf", GgufOptions.defaults())) {
            return file.metadata();
        }
    }

    @Test
    void everyGetterAnswersItsTypesAndRefusesAllOthers() {
        GgufMetadata metadata = read(everything());
        assertEquals(24, metadata.entries().size());
        GETTERS.forEach((name, getter) -> {
            for (GgufMetadata.Entry entry : metadata.entries()) {
                String key = entry.key();
                if (ANSWERED.get(name).contains(key)) {
                    assertFalse(getter.apply(metadata, key).toString().contains("empty"), name + " of " + key);
                } else {
                    GgufException refusal = assertThrows(GgufException.class, () -> getter.apply(metadata, key),
                            name + " of " + key);
                    assertEquals(GgufErrorCode.WRONG_TYPE, refusal.code());
                    assertEquals(key, refusal.field());
                    assertEquals("m.gguf", refusal.file());
                    assertEquals(entry.offset(), refusal.offset().orElseThrow());
                    assertTrue(refusal.value()
                            .orElseThrow()
                            .contains(
                                    entry.value() instanceof GgufArray array
                                            ? array.elementType().name()
                                            : entry.type().name()),
                            refusal.getMessage());
                }
            }
            assertTrue(getter.apply(metadata, "absent").toString().contains("empty"), name);
        });
    }

    @Test
    void valuesAreThoseWritten() {
        GgufMetadata metadata = read(everything());
        assertEquals("dürfen 🦉", metadata.getString("string"));
        assertEquals(0.1f, metadata.getFloat("f32"));
        assertEquals(0.1, metadata.findDouble("f64").orElseThrow());
        assertTrue(metadata.getBool("bool"));
        assertEquals(List.of("", "a", "дом"), metadata.getStrings("[string"));
        assertArrayEquals(new float[]{1.5f, -0.0f, Float.NaN}, metadata.getFloats("[f32"));
        assertArrayEquals(new float[]{1.5f, 0}, metadata.getFloats("[f64"));
        assertArrayEquals(new boolean[]{true, false}, metadata.findBools("[bool").orElseThrow());
        for (String key : INTEGERS) {
            assertEquals(100, metadata.getInt(key), key);
            assertEquals(100, metadata.getLong(key), key);
            assertArrayEquals(new int[]{1, 100, 127}, metadata.getInts("[" + key), key);
            assertArrayEquals(new long[]{1, 100, 127}, metadata.findLongs("[" + key).orElseThrow(), key);
        }
    }

    @Test
    void anotherValueStandsInOnlyForAnAbsentKey() {
        GgufMetadata metadata = read(everything());
        assertEquals("x", metadata.getString("absent", "x"));
        assertEquals(7, metadata.getInt("absent", 7));
        assertEquals(7L, metadata.getLong("absent", 7));
        assertEquals(7f, metadata.getFloat("absent", 7));
        assertTrue(metadata.getBool("absent", true));
        assertEquals(100, metadata.getInt("u8", 7));
        assertThrows(GgufException.class, () -> metadata.getInt("string", 7));
    }

    @Test
    void requiredKeysAreRefusedByName() {
        GgufMetadata metadata = read(GgufWriter.create());
        List<Consumer<String>> getters = List.of(metadata::getString, metadata::getInt, metadata::getLong,
                metadata::getFloat, metadata::getBool, metadata::getStrings, metadata::getInts, metadata::getFloats,
                metadata::getStringArray);
        for (Consumer<String> getter : getters) {
            GgufException refusal = assertThrows(GgufException.class, () -> getter.accept("llama.block_count"));
            assertEquals(GgufErrorCode.MISSING_KEY, refusal.code());
            assertEquals("llama.block_count", refusal.field());
            assertTrue(refusal.offset().isEmpty());
        }
    }

    @Test
    void integersKeepSignAndWidth() {
        GgufMetadata metadata = read(GgufWriter.create()
                .putInteger("u8", GgufValueType.UINT8, 255)
                .putInteger("i8", GgufValueType.INT8, -128)
                .putInteger("u16", GgufValueType.UINT16, 65535)
                .putInteger("i16", GgufValueType.INT16, -32768)
                .putInteger("u32", GgufValueType.UINT32, 0xFFFF_FFFFL)
                .putInteger("i32", GgufValueType.INT32, Integer.MIN_VALUE)
                .putInteger("u64", GgufValueType.UINT64, -1)
                .putInteger("i64", GgufValueType.INT64, Long.MIN_VALUE)
                .putIntegers("[u16", GgufValueType.UINT16, 65535)
                .putIntegers("[i16", GgufValueType.INT16, -2)
                .putIntegers("[i8", GgufValueType.INT8, -2)
                .putIntegers("[u8", GgufValueType.UINT8, 254)
                .putIntegers("[u32", GgufValueType.UINT32, 0xFFFF_FFFFL)
                .putIntegers("[u64", GgufValueType.UINT64, 3, -1));
        assertEquals(255, metadata.getInt("u8"));
        assertEquals(-128, metadata.getInt("i8"));
        assertEquals(65535, metadata.getInt("u16"));
        assertEquals(-32768, metadata.getInt("i16"));
        assertEquals(0xFFFF_FFFFL, metadata.getLong("u32"));
        assertEquals(Integer.MIN_VALUE, metadata.getInt("i32"));
        assertEquals(Long.MIN_VALUE, metadata.getLong("i64"));
        assertEquals("18446744073709551615", metadata.entry("u64").orElseThrow().text());
        assertEquals("18446744073709551615", metadata.findArray("[u64").orElseThrow().text(1));
        assertArrayEquals(new int[]{65535}, metadata.getInts("[u16"));
        assertArrayEquals(new int[]{-2}, metadata.getInts("[i16"));
        assertArrayEquals(new int[]{-2}, metadata.getInts("[i8"));
        assertArrayEquals(new int[]{254}, metadata.getInts("[u8"));
        assertArrayEquals(new long[]{0xFFFF_FFFFL}, metadata.findLongs("[u32").orElseThrow());
        outOfRange("u32", "4294967295", metadata::getInt);
        outOfRange("i64", "-9223372036854775808", metadata::getInt);
        outOfRange("u64", "18446744073709551615", metadata::getLong);
        outOfRange("u64", "18446744073709551615", metadata::getInt);
        outOfRange("[u32", "4294967295", metadata::getInts);
        outOfRange("[u64", "18446744073709551615", metadata::findLongs);
    }

    @Test
    void hyperParametersStoredAsAnotherTypeAreNotConverted() {
        // CVE-2024-8063: block_count stored as text; PR#26690: scores stored as integers, token types as floats
        GgufMetadata metadata = read(GgufWriter.create()
                .putString("llama.block_count", "16")
                .putIntegers("tokenizer.ggml.scores", GgufValueType.INT32, 1, 2)
                .putFloats("tokenizer.ggml.token_type", 1, 2));
        wrongType("llama.block_count", metadata::getInt);
        wrongType("tokenizer.ggml.scores", metadata::getFloats);
        wrongType("tokenizer.ggml.token_type", metadata::getInts);
    }

    @Test
    void stringsKeepTheirBytes() {
        byte[] raw = RawGguf.header(0, 1)
                .key("k", RawGguf.ARRAY)
                .u32(RawGguf.STRING)
                .u64(2)
                .u64(2)
                .u8(0xFF, 'a')
                .string("ok")
                .bytes();
        try (GgufFile file = GgufFile.read(raw, "raw", GgufOptions.defaults())) {
            GgufArray array = file.metadata().getStringArray("k");
            assertArrayEquals(new byte[]{(byte) 0xFF, 'a'}, array.stringBytes(0));
            assertEquals("\uFFFDa", array.string(0));
            assertEquals("ok", array.strings().get(1));
            assertThrows(IndexOutOfBoundsException.class, () -> array.string(2));
            assertThrows(IndexOutOfBoundsException.class, () -> array.text(-1));
            assertThrows(UnsupportedOperationException.class, () -> array.strings().set(0, "x"));
        }
    }

    private static void outOfRange(String key, String value, Consumer<String> getter) {
        GgufException refusal = assertThrows(GgufException.class, () -> getter.accept(key));
        assertEquals(GgufErrorCode.OUT_OF_RANGE, refusal.code());
        assertTrue(refusal.value().orElseThrow().startsWith(value), refusal.getMessage());
    }

    private static void wrongType(String key, Consumer<String> getter) {
        GgufException refusal = assertThrows(GgufException.class, () -> getter.accept(key));
        assertEquals(GgufErrorCode.WRONG_TYPE, refusal.code());
        assertEquals(key, refusal.field());
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> all = new TreeSet<>(a);
        all.addAll(b);
        return all;
    }
}
