package dev.tegula.file.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.tensor.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class GgufLimitsTest {
    /** Each limit that the reader holds, set one below what {@link #file} needs: its value is the value refused. */
    static Stream<Arguments> tooLow() {
        return Stream.of(lower("metadataBytes", null, b -> b.metadataBytes(header().length - 1)),
                lower("stringBytes", "11", b -> b.stringBytes(10)), lower("keyBytes", "17", b -> b.keyBytes(16)),
                lower("arrayElements", "5", b -> b.arrayElements(4)), lower("keys", "3", b -> b.keys(2)),
                lower("tensors", "2", b -> b.tensors(1)),
                lower("tensorNameBytes", "16", b -> b.tensorNameBytes(15)),
                lower("dimension", "64", b -> b.dimension(63)), lower("alignment", "128", b -> b.alignment(64)),
                lower("embeddedBytes", "640 bytes or more", b -> b.embeddedBytes(639)));
    }

    private static Arguments lower(String name, String value, UnaryOperator<GgufLimits.Builder> change) {
        return Arguments.of(name, value, change);
    }

    private static byte[] header() {
        return GgufWriter.create()
                .alignment(128)
                .putString("k", "eleven char")
                .putIntegers("a", GgufValueType.UINT8, 1, 2, 3, 4, 5)
                .hole("output.weight.12", DType.F32, 64)
                .hole("t", DType.F32, 1)
                .header();
    }

    private static byte[] file() {
        byte[] header = header();
        return Arrays.copyOf(header, (header.length + 127) / 128 * 128 + 384);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooLow")
    void eachLimitRefusesOneMore(String name, String value, UnaryOperator<GgufLimits.Builder> change)
            throws IOException {
        assertEquals(640, file().length);
        GgufFile.read(file(), "m", GgufOptions.defaults()).close();
        GgufLimits limits = change.apply(GgufLimits.builder()).build();
        GgufOptions options = GgufOptions.defaults().withLimits(limits);
        GgufException refusal = assertThrows(GgufException.class, () -> GgufFile.read(file(), "m", options));
        String limit = Long.toString(values(limits).get(name));
        assertEquals(limit, refusal.limit().orElseThrow(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("limit " + limit), refusal.getMessage());
        if (value != null) {
            assertEquals(value, refusal.value().orElseThrow(), refusal.getMessage());
        }
        if (name.equals("embeddedBytes")) {
            assertThrows(GgufException.class,
                    () -> GgufFile.read(new ByteArrayInputStream(file()), "m", options));
        }
    }

    @Test
    void exactlyTheLimitIsAllowed() {
        GgufLimits exact = GgufLimits.builder()
                .stringBytes(11)
                .keyBytes(17)
                .arrayElements(5)
                .keys(3)
                .tensors(2)
                .tensorNameBytes(16)
                .dimension(64)
                .alignment(128)
                .embeddedBytes(640)
                .metadataBytes(header().length)
                .build();
        GgufFile.read(file(), "m", GgufOptions.defaults().withLimits(exact)).close();
    }

    @Test
    void limitsRiseOnlyAfterAnExplicitCall() {
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
                () -> GgufLimits.builder().tensors(65_537));
        assertTrue(refusal.getMessage().contains("65537") && refusal.getMessage().contains("raise()"),
                refusal.getMessage());
        assertEquals(100_000, GgufLimits.builder().raise().tensors(100_000).build().tensors());
        assertThrows(IllegalArgumentException.class, () -> GgufLimits.builder().raise().tensors(Long.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> GgufLimits.builder().tensors(0));
        assertThrows(IllegalArgumentException.class, () -> GgufLimits.builder().raise().metadataBytes(1L << 31));
    }

    @Test
    void aRaisedLimitAdmitsWhatTheDefaultRefuses() {
        byte[] header = GgufWriter.create().hole("n".repeat(80), DType.F32, 1).header();
        byte[] bytes = Arrays.copyOf(header, (header.length + 31) / 32 * 32 + 32);
        assertThrows(GgufException.class, () -> GgufFile.read(bytes, "m", GgufOptions.defaults()));
        GgufLimits raised = GgufLimits.builder().raise().tensorNameBytes(80).build();
        GgufFile.read(bytes, "m", GgufOptions.defaults().withLimits(raised)).close();
    }

    @Test
    void dimensionsThatARaisedLimitAdmitsStillCannotWrap() {
        GgufLimits raised = GgufLimits.builder().raise().dimension(1L << 48).build();
        byte[] bytes = RawGguf.header(1, 0)
                .tensor("t", RawGguf.F32, 0, 1L << 48, 1L << 48)
                .align(32)
                .zeros(32)
                .bytes();
        GgufException refusal = assertThrows(GgufException.class,
                () -> GgufFile.read(bytes, "m", GgufOptions.defaults().withLimits(raised)));
        assertEquals(GgufErrorCode.OVERFLOW, refusal.code());
    }

    @Test
    void theTableInTheDocumentationIsTheCode() throws IOException {
        Path page = Stream.of("docs/LIMITS.md", "../docs/LIMITS.md")
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        Map<String, Long> documented = new HashMap<>();
        Pattern row = Pattern.compile("\\| `(\\w+)` \\|[^|]*\\| ([0-9,]+) \\|.*");
        for (String line : Files.readAllLines(page)) {
            Matcher match = row.matcher(line);
            if (match.matches()) {
                documented.put(match.group(1), Long.parseLong(match.group(2).replace(",", "")));
            }
        }
        assertEquals(values(GgufLimits.defaults()), documented);
    }

    @Test
    void everyBadFileIsInTheDocumentation() throws IOException {
        Path page = Stream.of("docs/LIMITS.md", "../docs/LIMITS.md")
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        String text = Files.readString(page);
        Pattern id = Pattern.compile("CVE-\\d+-\\d+|GHSA-[\\w-]+|PR#\\d+|(?:[\\w.-]+)?#\\d+");
        List<String> missing = GgufBadFilesTest.files()
                .map(row -> (String) row.get()[0])
                .flatMap(name -> id.matcher(name).results().map(m -> m.group()))
                .filter(name -> !text.contains(name))
                .toList();
        assertEquals(List.of(), missing);
    }

    private static Map<String, Long> values(GgufLimits limits) {
        Map<String, Long> values = new HashMap<>();
        for (RecordComponent component : GgufLimits.class.getRecordComponents()) {
            try {
                values.put(component.getName(), (Long) component.getAccessor().invoke(limits));
            } catch (ReflectiveOperationException impossible) {
                throw new AssertionError(impossible);
            }
        }
        return values;
    }
}
