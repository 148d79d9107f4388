package dev.tegula.file.gguf;

import static dev.tegula.file.gguf.GgufErrorCode.*;
import static dev.tegula.file.gguf.RawGguf.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One small bad file for each publicly known fault of a GGUF parser that such a file can express; docs/LIMITS.md has the
 * table. The reader must refuse each with the stated code, field and offset, from disk in both ways and from memory,
 * and must not take memory for what the file merely claims.
 */
class GgufBadFilesTest {
    private static final long TWO_62 = 1L << 62;

    @TempDir
    Path folder;

    static Stream<Arguments> files() {
        return Stream.of(headers(), metadata(), tensorTable(), placement()).flatMap(s -> s);
    }

    private static Stream<Arguments> headers() {
        return Stream.of(bad("CVE-2024-39720: four bytes", TRUNCATED, "version", 4, new RawGguf().text("GGUF")),
                bad("empty file", TRUNCATED, "magic", 0, new RawGguf()),
                bad("CVE-2024-12055: header cut off", TRUNCATED, "metadata key count", 16,
                        new RawGguf().text("GGUF").u32(3).u64(0).u32(0)),
                bad("other magic", NOT_GGUF, "magic", 0, new RawGguf().text("GGML").u32(3).u64(0, 0)),
                bad("version 1", UNSUPPORTED_VERSION, "version", 4, new RawGguf().text("GGUF").u32(1).u32(0).u32(0)),
                bad("version 4", UNSUPPORTED_VERSION, "version", 4, new RawGguf().text("GGUF").u32(4).u64(0, 0)),
                bad("big-endian", UNSUPPORTED_VERSION, "version", 4,
                        new RawGguf().text("GGUF").u32(3 << 24).u64(0, 0)),
                bad("CVE-2024-21836: tensor count whose size in bytes wraps", LIMIT_EXCEEDED, "tensor count", 8,
                        header((1L << 61) + 1, 0).zeros(64)),
                bad("CVE-2024-23605: key count whose size in bytes wraps", LIMIT_EXCEEDED, "metadata key count", 16,
                        header(0, (1L << 60) + 1).zeros(64)),
                bad("CVE-2024-25664: key count of all ones", LIMIT_EXCEEDED, "metadata key count", 16,
                        header(0, -1).zeros(64)),
                bad("CVE-2024-25665..25668: key count with the sign bit", LIMIT_EXCEEDED, "metadata key count", 16,
                        header(0, Long.MIN_VALUE).zeros(64)),
                bad("CVE-2026-27940: tensor count of all ones", LIMIT_EXCEEDED, "tensor count", 8,
                        header(-1, 0).zeros(64)),
                bad("llama.cpp#15711: tensor count times overhead wraps", LIMIT_EXCEEDED, "tensor count", 8,
                        header(1L << 58, 0).zeros(64)),
                bad("CVE-2025-0315: tensor count allowed, but not there", TRUNCATED, "tensor count", 8,
                        header(65_536, 0).zeros(64)),
                bad("ollama#17042: key count allowed, but not there", TRUNCATED, "metadata key count", 16,
                        header(0, 65_536).zeros(64)));
    }

    private static Stream<Arguments> metadata() {
        return Stream.of(
                bad("CVE-2024-23496: string length + 1 wraps", LIMIT_EXCEEDED, "k (string length)", 37,
                        header(0, 1).key("k", STRING).u64(-1).zeros(64)),
                bad("llama.cpp#19003: string length above the limit", LIMIT_EXCEEDED, "k (string length)", 37,
                        header(0, 1).key("k", STRING).u64((16 << 20) + 1).zeros(64)),
                bad("string longer than the file", TRUNCATED, "k (string length)", 37,
                        header(0, 1).key("k", STRING).u64(65).zeros(64)),
                bad("key length of all ones", LIMIT_EXCEEDED, "metadata key 0", 24, header(0, 1).u64(-1).zeros(64)),
                bad("key longer than the file", TRUNCATED, "metadata key 0", 24, header(0, 1).u64(65).zeros(64)),
                bad("empty key", BAD_VALUE, "metadata key 0", 24, header(0, 1).key("", UINT8).zeros(8)),
                bad("key that is not UTF-8", BAD_VALUE, "metadata key 0", 24,
                        header(0, 1).u64(2).u8(0xC3, 0x28).u32(UINT8).u8(1)),
                bad("CVE-2024-32878: value of an unknown type", UNKNOWN_VALUE_TYPE, "k (type)", 33,
                        header(0, 1).key("k", 13).zeros(64)),
                bad("CVE-2024-32878: array of strings cut off after the first", TRUNCATED, "k (string length)", 58,
                        header(0, 1).key("k", ARRAY).u32(STRING).u64(2).string("a").u32(0).zeros(3)),
                bad("value cut off", TRUNCATED, "key", 39, header(0, 1).key("key", UINT64).u32(1)),
                bad("CVE-2024-21825: array of an unknown type", UNKNOWN_VALUE_TYPE, "k (element type)", 37,
                        header(0, 1).key("k", ARRAY).u32(0x7FFF_FFFF).u64(1).zeros(64)),
                bad("CVE-2024-21825: array length times element size wraps", LIMIT_EXCEEDED, "k (array length)", 41,
                        header(0, 1).key("k", ARRAY).u32(UINT64).u64((1L << 61) + 1).zeros(64)),
                bad("PR#27188: array length 2^63", LIMIT_EXCEEDED, "k (array length)", 41,
                        header(0, 1).key("k", ARRAY).u32(UINT8).u64(Long.MIN_VALUE).zeros(64)),
                bad("CVE-2025-0315: array length allowed, but not there", TRUNCATED, "k (array length)", 41,
                        header(0, 1).key("k", ARRAY).u32(UINT8).u64(64 << 20).zeros(64)),
                bad("array of strings longer than the file", TRUNCATED, "k (array length)", 41,
                        header(0, 1).key("k", ARRAY).u32(STRING).u64(9).zeros(71)),
                bad("gguf-py: array of arrays", NESTED_ARRAY, "k", 37,
                        header(0, 1).key("k", ARRAY).u32(ARRAY).u64(1).u32(ARRAY).u64(1).zeros(64)),
                bad("CVE-2025-49847: token length beyond 32 bits", LIMIT_EXCEEDED,
                        "tokenizer.ggml.tokens (string length)", 69,
                        header(0, 1).key("tokenizer.ggml.tokens", ARRAY)
                                .u32(STRING)
                                .u64(1)
                                .u64((1L << 32) + 1)
                                .zeros(64)),
                bad("CVE-2025-49847: token length negative as a signed int", LIMIT_EXCEEDED,
                        "tokenizer.ggml.tokens (string length)", 69,
                        header(0, 1).key("tokenizer.ggml.tokens", ARRAY)
                                .u32(STRING)
                                .u64(1)
                                .u64(0xFFFF_FFF0L)
                                .zeros(64)),
                bad("CVE-2025-52566: token count negative as a signed long", LIMIT_EXCEEDED,
                        "tokenizer.ggml.tokens (array length)", 61,
                        header(0, 1).key("tokenizer.ggml.tokens", ARRAY).u32(STRING).u64(-2).zeros(64)),
                bad("Boolean of 2", BAD_VALUE, "k", 37, header(0, 1).key("k", BOOL).u8(2)),
                bad("Boolean array with a 7", BAD_VALUE, "k", 51,
                        header(0, 1).key("k", ARRAY).u32(BOOL).u64(3).u8(0, 1, 7)),
                bad("key twice", DUPLICATE_KEY, "k", 38,
                        header(0, 2).key("k", UINT8).u8(1).key("k", UINT8).u8(1)),
                bad("gguf-tools#27, CVE-2025-0317: alignment 0", BAD_ALIGNMENT, "general.alignment", 53,
                        header(0, 1).key("general.alignment", UINT32).u32(0)),
                bad("PR#24997, ggml#1516: alignment 2^31", BAD_ALIGNMENT, "general.alignment", 53,
                        header(0, 1).key("general.alignment", UINT32).u32(1L << 31)),
                bad("alignment 48", BAD_ALIGNMENT, "general.alignment", 53,
                        header(0, 1).key("general.alignment", UINT32).u32(48)),
                bad("alignment of another type", WRONG_TYPE, "general.alignment", 53,
                        header(0, 1).key("general.alignment", FLOAT32).u32(0x42000000)));
    }

    private static Stream<Arguments> tensorTable() {
        return Stream.of(
                bad("CVE-2024-21802: five dimensions", BAD_DIMENSION, "t (rank)", 33,
                        header(1, 0).tensor("t", F32, 0, 1, 1, 1, 1, 1).align(32).zeros(32)),
                bad("CVE-2024-21802: 2^32 - 1 dimensions", BAD_DIMENSION, "t (rank)", 33,
                        header(1, 0).string("t").u32(-1).zeros(64)),
                bad("no dimensions", BAD_DIMENSION, "t (rank)", 33, header(1, 0).tensor("t", F32, 0).zeros(64)),
                bad("CVE-2024-41130: tensor entry cut off", TRUNCATED, "t (offset)", 49,
                        header(1, 0).string("t").u32(1).u64(1).u32(F32).u32(0).u8(0, 0, 0)),
                bad("CVE-2024-41130: empty tensor name", BAD_VALUE, "name of tensor 0", 24,
                        header(1, 0).tensor("", F32, 0, 1).align(32).zeros(32)),
                bad("tensor name above the limit", LIMIT_EXCEEDED, "name of tensor 0", 24,
                        header(1, 0).tensor("n".repeat(65), F32, 0, 1).align(32).zeros(32)),
                bad("tensor name twice", DUPLICATE_TENSOR, "t", 57,
                        header(2, 0).tensor("t", F32, 0, 1).tensor("t", F32, 32, 1).align(32).zeros(64)),
                bad("GHSA-3p75-pq92-q28f, PR#18586, #24263, ggml#1517, PR#20716: dimension 0", BAD_DIMENSION,
                        "t (dimension 1)", 45, header(1, 0).tensor("t", F32, 0, 8, 0).align(32).zeros(32)),
                bad("first dimension 0", BAD_DIMENSION, "t (dimension 0)", 37,
                        header(1, 0).tensor("t", Q4_0, 0, 0).align(32).zeros(32)),
                bad("dimension with the sign bit", BAD_DIMENSION, "t (dimension 0)", 37,
                        header(1, 0).tensor("t", F32, 0, -1).align(32).zeros(32)),
                bad("llama.cpp#27203: dimensions (2^63 - 1, 2)", BAD_DIMENSION, "t (dimension 0)", 37,
                        header(1, 0).tensor("t", F32, 0, Long.MAX_VALUE, 2).align(32).zeros(32)),
                bad("llama.cpp#8816: retired type 4, whose block size is 0", UNSUPPORTED_TENSOR_TYPE, "t (type)", 45,
                        header(1, 0).tensor("t", 4, 0, 32).align(32).zeros(32)),
                bad("llama.cpp#8816: type beyond the table", UNSUPPORTED_TENSOR_TYPE, "t (type)", 45,
                        header(1, 0).tensor("t", 0x7FFF_FFFF, 0, 32).align(32).zeros(32)),
                bad("type with the sign bit", UNSUPPORTED_TENSOR_TYPE, "t (type)", 45,
                        header(1, 0).tensor("t", -1, 0, 32).align(32).zeros(32)),
                bad("row that is no whole number of blocks", BAD_DIMENSION, "t (dimension 0)", 37,
                        header(1, 0).tensor("t", Q4_0, 0, 33).align(32).zeros(64)),
                bad("CVE-2026-33298: elements times type size wraps", OVERFLOW, "t (dimensions)", 37,
                        header(1, 0).tensor("t", F32, 0, Integer.MAX_VALUE, Integer.MAX_VALUE).align(32).zeros(32)),
                bad("llama.cpp#27203: element count wraps", OVERFLOW, "t (dimensions)", 37,
                        header(1, 0).tensor("t", F16, 0, 1 << 30, 1 << 30, 1 << 30, 1 << 30).align(32).zeros(32)));
    }

    private static Stream<Arguments> placement() {
        return Stream.of(
                bad("CVE-2025-53630, GHSA-vgg9-87g3-85w8: sum of tensor sizes wraps", OUTSIDE_FILE, "a (offset)", 65,
                        header(2, 0).tensor("a", F16, 0, 1 << 30, 1 << 30, 2)
                                .tensor("b", F16, TWO_62, 1 << 30, 1 << 30, 2)
                                .align(32)
                                .zeros(32)),
                bad("PR#24759, #26978: size rounded up to the alignment wraps", OUTSIDE_FILE, "t (offset)", 57,
                        header(1, 0).tensor("t", F16, 0, Integer.MAX_VALUE, Integer.MAX_VALUE).align(32).zeros(32)),
                bad("CVE-2026-7482: data beyond the end", OUTSIDE_FILE, "t (offset)", 49,
                        header(1, 0).tensor("t", F32, 0, 9).align(32).zeros(32)),
                bad("CVE-2026-7482: offset beyond the end", OUTSIDE_FILE, "t (offset)", 49,
                        header(1, 0).tensor("t", F32, 64, 8).align(32).zeros(32)),
                bad("offset plus size wraps", OUTSIDE_FILE, "t (offset)", 49,
                        header(1, 0).tensor("t", F32, Long.MAX_VALUE - 31, 8).align(32).zeros(32)),
                bad("negative offset", OUTSIDE_FILE, "t (offset)", 49,
                        header(1, 0).tensor("t", F32, -32, 8).align(32).zeros(32)),
                bad("no data section at all", OUTSIDE_FILE, "t (offset)", 49, header(1, 0).tensor("t", F32, 0, 8)),
                bad("offset off the alignment", MISALIGNED_OFFSET, "t (offset)", 49,
                        header(1, 0).tensor("t", F32, 16, 4).align(32).zeros(32)),
                bad("overlap", OVERLAP, "a (offset)", 49, header(2, 0).tensor("a", F32, 32, 8)
                        .tensor("b", F32, 0, 9)
                        .align(32)
                        .zeros(64)),
                bad("two tensors at one place", OVERLAP, "b (offset)", 82, header(2, 0).tensor("a", F32, 0, 8)
                        .tensor("b", F32, 0, 8)
                        .align(32)
                        .zeros(64)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void refusesInEveryWayOfOpening(String id, GgufErrorCode code, String field, long offset, byte[] bytes)
            throws IOException {
        Path path = folder.resolve("bad.gguf");
        Files.write(path, bytes);
        GgufOptions options = GgufOptions.defaults();
        check(code, field, offset, path.toString(),
                assertThrows(GgufException.class, () -> GgufFile.open(path, options)));
        check(code, field, offset, path.toString(),
                assertThrows(GgufException.class, () -> GgufFile.open(path, options.withNoMmap(true))));
        check(code, field, offset, "memory",
                assertThrows(GgufException.class, () -> GgufFile.read(bytes, "memory", options)));
        Files.delete(path); // a leaked mapping would forbid this where the platform forbids it
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void takesNoMemoryForClaims(String id, GgufErrorCode code, String field, long offset, byte[] bytes) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThrows(GgufException.class, () -> GgufFile.read(bytes, "memory", GgufOptions.defaults()));
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThrows(GgufException.class, () -> GgufFile.read(bytes, "memory", GgufOptions.defaults()));
        long taken = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 64 << 10, "took " + taken + " bytes for a file of " + bytes.length);
    }

    /** Bytes wanted and there, whether a field itself is cut off or what it announces. */
    @Test
    void aFileThatIsCutOffSaysByHowMuch() {
        assertEquals("m: tensor count at byte 8: the file is cut off: 8 bytes to read, 2 there (the file has 10 bytes)",
                refusal(new RawGguf().text("GGUF").u32(3).zeros(2)));
        assertEquals("m: magic at byte 0: the file is cut off: 4 bytes to read, 0 there (the file has 0 bytes)",
                refusal(new RawGguf()));
        assertEquals("m: tensor count at byte 8: the file is cut off: 3 of at least 33 bytes each to follow, 72 there "
                + "(the file has 88 bytes)", refusal(header(3, 0).zeros(64)));
    }

    private static String refusal(RawGguf raw) {
        return assertThrows(GgufException.class, () -> GgufFile.read(raw.bytes(), "m", GgufOptions.defaults()))
                .getMessage();
    }

    private static void check(GgufErrorCode code, String field, long offset, String file, GgufException refusal) {
        assertEquals(code, refusal.code(), refusal.getMessage());
        assertEquals(field, refusal.field(), refusal.getMessage());
        assertEquals(offset, refusal.offset().orElse(-1), refusal.getMessage());
        assertEquals(file, refusal.file());
        assertTrue(refusal.getMessage().startsWith(file + ": " + field + " at byte " + offset + ": "),
                refusal.getMessage());
        refusal.value().ifPresent(value -> assertTrue(refusal.getMessage().contains(value), refusal.getMessage()));
        refusal.limit().ifPresent(limit -> assertTrue(refusal.getMessage().contains(limit), refusal.getMessage()));
    }

    private static Arguments bad(String id, GgufErrorCode code, String field, long offset, RawGguf raw) {
        return Arguments.of(id, code, field, offset, raw.bytes());
    }
}
