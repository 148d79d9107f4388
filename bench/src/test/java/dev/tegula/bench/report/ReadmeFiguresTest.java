package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README's figures are those of the reports in docs/benchmarks. */
class ReadmeFiguresTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path README = ROOT.resolve("README.md");
    private static final String MARKED = """
            before
            <!-- figures: written by ./mvnw verify -Dtegula.update -->
            old
            <!-- end of figures -->
            after
            """;

    @Test
    void readmeIsCurrent() throws IOException {
        Collection<Report> reports = ReadmeFigures.newest(ROOT.resolve("docs/benchmarks"));
        assertFalse(reports.isEmpty(), "docs/benchmarks has no report");
        String text = ReadmeFigures.into(Files.readString(README), reports);
        if (System.getProperty("tegula.update") != null) {
            Files.writeString(README, text);
        }
        assertEquals(text, Files.readString(README),
                "README.md has not the figures of docs/benchmarks; ./mvnw verify -Dtegula.update writes them");
    }

    @Test
    void figuresStandBetweenTheMarks() {
        Report report = Reports.of(
                List.of(Reports.row("MatMul shape=llama-3.2-1b/ffn_down format=Q4_0 rows=512", 200, 150.0, 140.0,
                        160.0)),
                List.of(Reports.beside("f32 8x8x8", 100, 125.0, 120.0, 130.0)),
                List.of(Reports.decoding("m.gguf", 0, 40, 30.0, 30.0, 30.0)));
        assertEquals(
                """
                        before
                        <!-- figures: written by ./mvnw verify -Dtegula.update -->

                        A CPU, 2 CPUs, A JVM, 2026-01-02: 1 kernels, of which 1 are judged (calls of 5 µs or more, in a cache or well beyond) and reach 75 % of their limits at the median.

                        | kernel or model | reached | limit | share of it, with the rounds' range |
                        |---|---|---|---|
                        | the same, 512 rows | 150 GMAC/s | f32 fma | 75 % (70 % to 80 %) |
                        | m.gguf decode 64 after 0 | 30.0 tokens/s | read dram | 75 % (75 % to 75 %) |

                        m.gguf from the begin of a JVM, median and range of 3: first token after 1.50 s (1.25 to 1.75), of which loading 0.50 s (0.25 to 0.75).

                        | beside | ours, median | theirs, median | median of the rounds' ratios, and their range |
                        |---|---|---|---|
                        | A peer: f32 8x8x8 | 125 GMAC/s | 100 GMAC/s | 1.25 (1.20 to 1.30) |

                        <!-- end of figures -->
                        after
                        """,
                ReadmeFigures.into(MARKED, List.of(report)));
        assertThrows(IllegalArgumentException.class, () -> ReadmeFigures.into("no marks", List.of(report)));
    }

    @Test
    void theNewestOfEachCpuCounts(@TempDir Path folder) throws IOException {
        String json = ReportFile.json(Reports.of());
        Files.writeString(folder.resolve("a.json"), json);
        Files.writeString(folder.resolve("b.json"), json.replace("2026-01-02", "2026-03-02"));
        Files.writeString(folder.resolve("c.json"), json.replace("A CPU", "B CPU"));
        Files.writeString(folder.resolve("notes.txt"), "no report");
        assertEquals(List.of("2026-03-02T03:04:05Z", "2026-01-02T03:04:05Z"),
                ReadmeFigures.newest(folder).stream().map(Report::date).toList());
        Files.writeString(folder.resolve("d.json"), "{\"schema\": 1}");
        assertTrue(assertThrows(IOException.class, () -> ReadmeFigures.newest(folder)).getMessage().contains("d.json"));
    }
}
