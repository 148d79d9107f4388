package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in the jar has the instructions that each engine is for, also those that this CPU cannot run. */
class InstructionsTest {
    private static final Pattern LINE = Pattern.compile("^\\s+[0-9a-f]+:\\s+(\\S.*)$");

    /** Instructions with their registers, and how often each occurs. */
    private static final Map<String, Integer> CODE = new TreeMap<>();

    @BeforeAll
    static void disassemble(@TempDir Path folder) throws Exception {
        Path library = folder.resolve("libtegula.so");
        try (InputStream in = NativeLoader.class.getResourceAsStream("linux-x86_64/libtegula.so")) {
            assumeTrue(in != null, "this build has no native kernels");
            Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
        }
        for (String line : objdump(library)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String width = line.contains("%zmm") ? " zmm" : line.contains("%ymm") ? " ymm" : "";
                CODE.merge(matcher.group(1).replaceFirst("\\s+[%$0-9(-].*", "") + width, 1, Integer::sum);
            }
        }
    }

    private static List<String> objdump(Path library) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder("objdump", "-d", "--no-show-raw-insn", library.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no objdump on this machine");
            return List.of();
        }
        List<String> lines = new ArrayList<>(
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        assumeTrue(process.waitFor() == 0, "objdump failed");
        return lines;
    }

    @Test
    void avx2MultipliesBytesInPairs() {
        contains("vpmaddubsw ymm");
        contains("vpmaddwd ymm");
        contains("vfmadd231ps ymm");
        contains("vcvtph2ps ymm");
    }

    @Test
    void avxVnniMultipliesBytesInOneInstruction() {
        contains("{vex} vpdpbusd ymm");
        contains("{vex} vpdpwssd ymm");
    }

    @Test
    void avx512MultipliesBytesInOneInstruction() {
        contains("vpdpbusd zmm");
        contains("vpdpwssd zmm");
        contains("vfmadd231ps zmm");
        contains("vcvtph2ps zmm");
    }

    private static void contains(String instruction) {
        assertTrue(CODE.getOrDefault(instruction, 0) > 0,
                () -> "no " + instruction + " among " + CODE.keySet().stream().filter(k -> k.contains("mm")).toList());
    }
}
