package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in the jar has the instructions that each engine is for, also those that this CPU cannot run. */
class InstructionsTest {
    /** A line without the prefixes that fill up space before jumps. */
    private static final Pattern LINE = Pattern.compile("^\\s+[0-9a-f]+:\\s+(?:cs )*(\\S.*)$");

    /** Instructions of a platform with the width of their registers, and how often each occurs. */
    private static final Map<String, Map<String, Integer>> CODE = new TreeMap<>();

    @TempDir
    private static Path folder;

    private static Map<String, Integer> code(String processor) {
        return CODE.computeIfAbsent(processor, InstructionsTest::disassemble);
    }

    private static Map<String, Integer> disassemble(String processor) {
        Path library = folder.resolve(processor);
        try (InputStream in = NativeLoader.class.getResourceAsStream("linux-" + processor + "/libtegula.so")) {
            assumeTrue(in != null, "this build has no native kernels for " + processor);
            Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, Integer> code = new TreeMap<>();
        for (String line : objdump(processor, library)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String width = line.contains("%zmm") ? " zmm" : line.contains("%ymm") ? " ymm" : "";
                code.merge(matcher.group(1).replaceFirst("\\s+[%$0-9(-].*|\\t.*", "") + width, 1, Integer::sum);
            }
        }
        return code;
    }

    /** By the machine's own tool, or that of a cross compiler. */
    private static List<String> objdump(String processor, Path library) {
        String own = System.getProperty("os.arch").replace("amd64", "x86_64");
        String tool = own.equals(processor) ? "objdump" : processor + "-linux-gnu-objdump";
        try {
            Process process = new ProcessBuilder(tool, "-d", "--no-show-raw-insn", library.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                    .toList();
            assumeTrue(process.waitFor() == 0, tool + " failed");
            return lines;
        } catch (IOException e) {
            assumeTrue(false, "there is no " + tool + " on this machine");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return List.of();
    }

    @Test
    void avx2MultipliesBytesInPairs() {
        contains("x86_64", "vpmaddubsw ymm");
        contains("x86_64", "vpmaddwd ymm");
        contains("x86_64", "vfmadd231ps ymm");
        contains("x86_64", "vcvtph2ps ymm");
    }

    @Test
    void avxVnniMultipliesBytesInOneInstruction() {
        contains("x86_64", "{vex} vpdpbusd ymm");
        contains("x86_64", "{vex} vpdpwssd ymm");
    }

    @Test
    void avx512MultipliesBytesInOneInstruction() {
        contains("x86_64", "vpdpbusd zmm");
        contains("x86_64", "vpdpwssd zmm");
        contains("x86_64", "vfmadd231ps zmm");
        contains("x86_64", "vcvtph2ps zmm");
        contains("x86_64", "vdpbf16ps zmm");
    }

    @Test
    void peaksOfBf16AndPastTheCaches() {
        contains("x86_64", "vdpbf16ps zmm");
        contains("x86_64", "vmovntdq zmm");
        contains("x86_64", "vmovntdq ymm");
        contains("aarch64", "bfdot");
        contains("aarch64", "stnp");
    }

    @Test
    void amxMultipliesTilesOfBytes() {
        contains("x86_64", "tdpbsud");
        contains("x86_64", "ldtilecfg");
        contains("x86_64", "tilerelease");
    }

    @Test
    void neonMultipliesBytesInOneInstruction() {
        contains("aarch64", "sdot");
        contains("aarch64", "fmla");
        contains("aarch64", "fcvtl");
        contains("aarch64", "fcvtn");
    }

    @Test
    void i8mmMultipliesMatricesOfBytesInOneInstruction() {
        contains("aarch64", "smmla");
    }

    private static void contains(String processor, String instruction) {
        Map<String, Integer> code = code(processor);
        assertTrue(code.getOrDefault(instruction, 0) > 0, () -> "no " + instruction + " among " + code.keySet());
    }
}
