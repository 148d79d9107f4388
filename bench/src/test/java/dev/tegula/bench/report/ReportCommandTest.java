package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new ReportCommand()).setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void measuresAndWritesBothFiles() throws IOException {
        Path to = folder.resolve("a").resolve("b");
        assertEquals(0, run("--filter", "^Rope .*rows=1 op=rope$", "--engines", "ref", "--threads", "1", "--out",
                to.toString()), err.toString());
        Report report = ReportFile.read(to.resolve("report.json"));
        assertEquals(1, report.rows().size(), err.toString());
        Row row = report.rows().getFirst();
        assertEquals("rope", row.op());
        assertEquals("ref", row.engine());
        assertTrue(row.limit().startsWith("read l"), row.limit());
        assertTrue(row.rate() > 0 && row.other() > 0);
        assertTrue(row.command().startsWith("./tegula bench kernels --filter RopeBench -p heads=32 -p "),
                row.command());
        assertTrue(report.ceilings().containsKey("f32 fma"), report.ceilings().toString());
        assertTrue(Files.readString(to.resolve("report.html")).contains(row.name()));
        assertTrue(err.toString().lines().findFirst().orElseThrow().matches("\\d\\d:\\d\\d pass 1: 1 of 1: Rope .*"),
                err.toString());
        assertTrue(err.toString().contains("frequency: " + report.clock().frequency()), err.toString());
        assertTrue(err.toString().contains("throttling: " + report.clock().throttling()), err.toString());
    }

    @Test
    void aWrongKernelEndsWithOneAndIsMissing() throws IOException {
        assertEquals(1, run("--filter", "^Gate .*rows=1 op=add", "--engines", "wrong", "--threads", "1", "--out",
                folder.toString()), err.toString());
        Report report = ReportFile.read(folder.resolve("report.json"));
        assertEquals(0, report.rows().size());
        assertTrue(
                report.missing().getLast().contains("wrong: ") && report.missing().getLast().contains("wrong result"),
                report.missing().toString());
        assertTrue(Files.readString(folder.resolve("report.html")).contains("wrong result"));
    }

    @Test
    void optionsAreThoseThatChangeHowKernelsRun() {
        assertEquals(List.of("-Xmx1g", "--add-modules=jdk.incubator.vector", "-Dtegula.native=untested"),
                ReportCommand.options(List.of("-Xmx1g", "-Dtegula.launcher=/home/somebody/tegula",
                        "-Dtegula.commit=abc", "-Dtegula.stderr.terminal=true", "--add-modules=jdk.incubator.vector",
                        "-Dpassword=secret", "-Dtegula.native=untested")));
    }

    @Test
    void whatIsNoModelIsRefusedBeforeAnythingIsMeasured() throws IOException {
        Path notes = Files.writeString(folder.resolve("notes.md"), "# No model");
        assertEquals(2, run("--model", notes.toString(), "--filter", "notes.md first", "--out",
                folder.resolve("out").toString()), err.toString());
        assertTrue(err.toString().startsWith("--model " + notes + ": "), err.toString());
        assertEquals(2, run("--model", folder.toString()), err.toString());
        assertFalse(Files.exists(folder.resolve("out")));
    }

    /** An earlier report is lost only to a later one. */
    @Test
    void whatIsThereStaysUntilTheEnd() throws IOException {
        Path earlier = Files.writeString(folder.resolve("report.json"), "earlier");
        Files.createDirectory(folder.resolve("report.html"));
        assertEquals(2, run("--filter", "Softmax", "--out", folder.toString()), err.toString());
        assertEquals("earlier", Files.readString(earlier));
    }

    @Test
    void refusesWhatItCannotDo() {
        assertEquals(2, run("--engines", "abacus"));
        assertTrue(err.toString().contains("--engines abacus: there are "), err.toString());
        assertEquals(2, run("--filter", "no such thing"));
        assertTrue(err.toString().contains("--filter no such thing matches no row"), err.toString());
        assertEquals(2, run("--threads", "0"));
        assertTrue(err.toString().contains("--threads must be from 1 to 1024, was 0"), err.toString());
        String cpus = "is more than the CPUs there are";
        assertFalse(err.toString().contains(cpus), err.toString());
        assertEquals(2, run("--threads", "1024", "--filter", "no such thing"));
        assertTrue(err.toString().contains("--threads 1024 " + cpus), err.toString());
        assertFalse(Files.exists(Path.of("report.json")));
    }
}
