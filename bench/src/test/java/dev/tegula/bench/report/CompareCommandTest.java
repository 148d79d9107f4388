package dev.tegula.bench.report;

import static dev.tegula.bench.report.Reports.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.bench.timing.Clock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path fast;
    private Path slow;

    @BeforeEach
    void write() throws IOException {
        fast = write("fast.json", row("a", 100, 50.0, 50.0, 50.0));
        slow = write("slow.json", row("a", 100, 20.0, 20.0, 20.0));
    }

    private Path write(String name, Row row) throws IOException {
        return Files.writeString(folder.resolve(name), ReportFile.json(Reports.of(row)));
    }

    private int run(Object... args) {
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        return new CommandLine(new CompareCommand()).setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
    }

    @Test
    void aSlowerRowEndsWithOneAndIsNamed() {
        assertEquals(1, run(fast, slow));
        assertTrue(out.toString().contains("slower      0.40  0.40 to 0.40     1.00   1.00  a, nat-x, 2 threads"),
                out.toString());
    }

    @Test
    void aFasterOneAndNoChangeEndWithZero() {
        assertEquals(0, run(slow, fast));
        assertTrue(out.toString().contains("faster"), out.toString());
        assertEquals(0, run(fast, fast));
        assertTrue(out.toString().contains("same: 1"), out.toString());
    }

    @Test
    void aRowThatIsNoLongerThereEndsWithOneAndSaysWhy() throws IOException {
        Report none = new Report(Report.SCHEMA, Reports.of().machine(), "2026-01-02T03:04:05Z", "", "", List.of(),
                Clock.NOT_NOTED, Map.of(), List.of(), List.of(), List.of(), List.of(),
                List.of("a, nat-x, 2 threads: wrong result"));
        Path empty = Files.writeString(folder.resolve("empty.json"), ReportFile.json(none));
        assertEquals(1, run(fast, empty));
        assertTrue(out.toString().contains("lost: a, nat-x, 2 threads: wrong result"), out.toString());
        assertEquals(0, run(empty, fast));
        assertTrue(out.toString().contains("new: a, nat-x, 2 threads"), out.toString());
    }

    @Test
    void aReportWhoseCpusWereThrottledIsNamed() throws IOException {
        Report report = Reports.at(new Clock("performance", 2400, 3000, 3000, 3000, "", 2, "", Map.of()),
                Reports.of(row("a", 100, 50.0, 50.0, 50.0)));
        Path hot = Files.writeString(folder.resolve("hot.json"), ReportFile.json(report));
        assertEquals(0, run(fast, hot));
        assertTrue(
                out.toString().startsWith(hot + ": the CPUs were throttled at least 2 times" + System.lineSeparator()),
                out.toString());
    }

    @Test
    void reportsOfTwoMachinesAreRefused() throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"),
                Files.readString(fast).replace("A CPU", "Another CPU"));
        assertEquals(2, run(fast, other));
        assertTrue(err.toString().contains("A CPU, and Another CPU"), err.toString());
    }

    @Test
    void whatIsNoReportIsRefusedByName() throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"), "{\"schema\": 7}");
        assertEquals(2, run(fast, other));
        assertTrue(err.toString().contains("other.json cannot be used: its schema is 7, this version reads 4 only"),
                err.toString());
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"schema\": 3, \"rows\": [");
        assertEquals(2, run(broken, fast));
        assertTrue(err.toString().contains("broken.json is no report: "), err.toString());
        assertEquals(2, run(folder.resolve("none.json"), fast));
        assertTrue(err.toString().contains("there is no file " + folder.resolve("none.json")), err.toString());
    }

    @Test
    void whatIsDamagedIsNamedInPlainWordsWithItsPlace() throws IOException {
        String whole = Files.readString(fast);
        assertEquals(" is no report: unexpected end of input (line 1, column 24)",
                refusal("{\"schema\": 4, \"rows\": ["));
        assertEquals(" is no report: it is empty", refusal(""));
        assertEquals(" is no report: it is empty", refusal(" \n"));
        assertEquals(" is no report: it is no text in UTF-8", refusal("\u00ff"));
        String none = refusal("# A title\n");
        assertTrue(none.startsWith(" is no report: Unexpected character ('#' (code 35))")
                && none.endsWith(" (line 1, column 1)"), none);
        assertEquals(
                " is no report: machine.threads: Cannot deserialize value from String \"two\": not a valid `int` value",
                refusal(whole.replace("\"threads\" : 2", "\"threads\" : \"two\"")));
        assertEquals(" is no report: date: Missing creator property 'date'",
                refusal(whole.replace("\"date\"", "\"day\"")));
        assertEquals(" is no report: day: Unrecognized field \"day\"",
                refusal(whole.replace("\"date\"", "\"day\" : 1, \"date\"")));
        String rates = refusal(whole.replaceFirst("\"rates\" : \\[[^]]*\\]", "\"rates\" : []"));
        assertTrue(rates.startsWith(" is no report: rows[0]: a"), rates);
        rates = refusal(whole.replaceFirst("\"rates\" : \\[[^]]*\\]", "\"rates\" : {}"));
        assertTrue(rates.startsWith(" is no report: rows[0].rates: Cannot deserialize value from Object"), rates);
        assertEquals(" cannot be used: Is a directory", refusal(Files.createDirectory(folder.resolve("folder"))));
    }

    /** What is said of a file, behind its name. */
    private String refusal(String text) throws IOException {
        return refusal(Files.writeString(folder.resolve("damaged.json"), text, StandardCharsets.ISO_8859_1));
    }

    private String refusal(Path file) {
        err.getBuffer().setLength(0);
        assertEquals(2, run(file, fast));
        String line = err.toString().stripTrailing();
        assertEquals(1, line.lines().count(), line);
        assertTrue(line.startsWith(file.toString()), line);
        for (String jargon : List.of("Source", "REDACTED", "dev.tegula", "java.", "reference chain")) {
            assertFalse(line.contains(jargon), line);
        }
        return line.substring(file.toString().length());
    }

    @Test
    void theNoiseHasARange() {
        assertEquals(2, run("--noise", "100", fast, slow));
        assertTrue(err.toString().contains("--noise 100.0: from 0 to under 100"), err.toString());
    }
}
