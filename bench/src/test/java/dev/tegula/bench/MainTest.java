package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.commandLine().setErr(new PrintWriter(err)).execute(args);
    }

    /** Descriptions are format strings, in which a percent sign stands twice; picocli would print a warning and go on. */
    @Test
    void helpIsWellFormed() {
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            for (String text : command.getCommandSpec().usageMessage().description()) {
                assertDoesNotThrow(() -> String.format(text), text);
            }
            command.getCommandSpec().options().forEach(option -> {
                for (String text : option.description()) {
                    assertDoesNotThrow(() -> String.format(text), text);
                }
            });
        }
    }

    @Test
    void wrongUseIsALineAndNotTheWholeHelp() {
        assertEquals(2, run("peers", "--peer", "x=echo 12.5"));
        assertEquals("tegula: --model and --peer belong together" + System.lineSeparator()
                + "Try 'tegula bench peers --help'." + System.lineSeparator(), err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, run("report", "--filter", "("));
        assertEquals("tegula: Invalid value for option '--filter': '(' is no regular expression: Unclosed group"
                + System.lineSeparator() + "Try 'tegula bench report --help'." + System.lineSeparator(),
                err.toString());
        assertEquals(2, run("compare"));
        assertTrue(err.toString().contains("tegula: Missing required parameters: 'BEFORE', 'AFTER'"), err.toString());
    }

    @Test
    void whatCannotBeWrittenIsALineBeforeAnythingIsMeasured(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        for (Path out : List.of(file, file.resolve("sub"))) {
            String line = report(out);
            assertTrue(line.startsWith("tegula: --out " + out + ": " + file), line);
        }
        for (String name : List.of("report.json", "report.html")) {
            Path out = folder.resolve(name);
            Path inTheWay = Files.createDirectories(out.resolve(name));
            String line = report(out);
            assertTrue(line.startsWith("tegula: --out " + out + ": " + inTheWay + ": "), line);
            try (Stream<Path> entries = Files.list(out)) {
                assertEquals(List.of(inTheWay), entries.toList(), "and nothing is left behind");
            }
        }
    }

    /** The line with which a report is refused. */
    private String report(Path out) {
        err.getBuffer().setLength(0);
        assertEquals(2, run("report", "--filter", "^Rope .*rows=1 op=rope$", "--engines", "ref", "--threads", "1",
                "--out", out.toString()), err.toString());
        List<String> lines = err.toString().lines().toList();
        assertEquals("Try 'tegula bench report --help'.", lines.getLast());
        assertEquals(2, lines.size(), err.toString());
        return lines.getFirst();
    }

    @Test
    void filesAreNamedInPlainWords() {
        assertEquals("/no/such: no such file or folder", Failures.message(new NoSuchFileException("/no/such")));
        assertEquals("a: no permission", Failures.message(new AccessDeniedException("a")));
        assertEquals("a: No space left on device",
                Failures.message(new FileSystemException("a", null, "No space left on device")));
        assertEquals("java.io.EOFException", Failures.message(new EOFException()));
    }
}
