package dev.tegula.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.bench.peer.PeerRow;
import dev.tegula.model.SyntheticModel;
import dev.tegula.tensor.DType;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A report with another engine, from the command line to the page. The engine is a script that prints what llama-bench does; our side is our own
 * bench on a small model.
 */
class ReportPeerTest {
    private static final String LAUNCHER = "tegula.launcher";
    private static final Path CLI = Path.of("..", "cli", "target", "classes").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private String before;

    /** In place of ./tegula, which would build what is being built here. */
    @BeforeEach
    void launch() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no shell");
        assumeTrue(Files.exists(CLI.resolve("dev/tegula/cli/Main.class")), "the command line is not built");
        Path launcher = script("launcher", "exec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                + "' -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp '" + CLI + File.pathSeparator
                + System.getProperty("java.class.path") + "' dev.tegula.cli.Main \"$@\"");
        before = System.setProperty(LAUNCHER, launcher.toString());
    }

    @AfterEach
    void asBefore() {
        if (before == null) {
            System.clearProperty(LAUNCHER);
        } else {
            System.setProperty(LAUNCHER, before);
        }
    }

    private Path script(String name, String line) throws IOException {
        Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + line + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void itsRowsAreInTheFileAndOnThePage() throws IOException {
        Path model = new SyntheticModel("llama", 2, 64, 128, 4, 2, 16, 320, 1024, DType.Q4_0, DType.F32, 42)
                .write(folder.resolve("a model.gguf"));
        Path engine = script("engine", """
                echo "$@" >> "$0.calls"
                [ -f "$2" ] || { echo "no model '$2'" >&2; exit 1; }
                echo "| model | test | t/s |"
                echo "| ----- | ---: | --: |"
                echo "| tiny  | pp512 | 4321.00 ± 2.00 |"
                echo "| tiny  | tg64 | 1234.50 ± 1.00 |\"""");
        StringWriter err = new StringWriter();
        int status = new CommandLine(new ReportCommand()).setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute("--model", model.toString(), "--threads", "1", "--out", folder.toString(), "--peer",
                        "Abacus=" + engine + " -m {model} -t {threads}", "--filter", "a model.gguf beside");
        assertEquals(0, status, err.toString());
        Report report = ReportFile.read(folder.resolve("report.json"));
        assertEquals(List.of("a model.gguf prefill 512", "a model.gguf decode 64"),
                report.peers().stream().map(PeerRow::name).toList(), err.toString());
        for (PeerRow row : report.peers()) {
            assertEquals("Abacus", row.peer());
            assertEquals("tokens/s", row.unit());
            assertEquals(Collections.nCopies(3, row.name().contains("prefill") ? 4321.0 : 1234.5), row.theirs());
            assertTrue(row.rate() > 0, row.toString());
        }
        List<String> calls = Files.readAllLines(folder.resolve("engine.calls"));
        // More, where others had much of the CPUs meanwhile.
        assertTrue(calls.size() >= 3, calls.toString());
        assertEquals(Set.of("-m " + model + " -t 1"), Set.copyOf(calls));
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains("\"a model.gguf decode 64\"") && page.contains("\"Abacus\""), "no row on the page");
    }
}
