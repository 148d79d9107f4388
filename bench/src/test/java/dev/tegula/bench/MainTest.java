package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void whatCannotBeWrittenIsALine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no folder");
        assertEquals(1, run("report", "--filter", "^Rope .*rows=1 op=rope$", "--engines", "ref", "--out",
                file.resolve("sub").toString()));
        assertTrue(err.toString().matches("tegula: .*file.* \\(\\w+Exception\\)\\R"), err.toString());
    }
}
