package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TegulaCommandTest {
    @Test
    void saysItsVersion() {
        Cli cli = Cli.run("--version").ok();
        assertTrue(cli.out().matches("(?s)tegula \\d+\\.\\d+\\.\\d+\\S*\nJava 2[5-9].*"), cli.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "chat", "inspect", "tokenize", "detokenize", "template", "devices", "kernels",
        "verify-kernels", "tune", "logits", "perplexity", "bench", "quantize"})
    void helpsOnEverything(String command) {
        Cli help = Cli.run(command, "--help").ok();
        assertTrue(help.out().startsWith("Usage: tegula " + command), help.out());
        assertTrue(help.out().contains("--debug"));
        assertTrue(Cli.run("--help").ok().out().contains("\n  " + command));
    }

    @Test
    void wrongUsageIsStatusTwoAndNamesTheHelp() {
        Cli unknown = Cli.run("tokenize", "--modle", "x");
        assertEquals(TegulaCommand.USAGE, unknown.status());
        assertTrue(unknown.err().contains("'--modle'"), unknown.err());
        assertTrue(unknown.err().contains("Try 'tegula tokenize --help'."));
        assertEquals("", unknown.out());
        assertEquals(TegulaCommand.USAGE, Cli.run("nonsense").status());
        Cli nothing = Cli.run();
        assertEquals(TegulaCommand.USAGE, nothing.status());
        assertTrue(nothing.err().startsWith("Usage: tegula"));
    }

    @Test
    void anArgumentThatBeginsWithADashGoesAfterTwo() {
        for (String text : new String[]{"-x", "-hello", "--hello there"}) {
            Cli taken = Cli.run("tokenize", text);
            assertEquals(TegulaCommand.USAGE, taken.status());
            assertTrue(taken.err().contains("An argument that begins with - and is no option goes after --.\n"),
                    taken.err());
            assertEquals(Cli.runWith("{\"text\": \"" + text + "\"}", "tokenize", "--json").ok().out(),
                    Cli.run("tokenize", "--json", "--", text).ok().out());
        }
    }

    @Test
    void aRefusalIsStatusOneAndOneLine(@TempDir Path folder) throws IOException {
        Cli missing = Cli.run("tokenize", "--model", "/no/such/file.gguf", "x");
        assertEquals(TegulaCommand.FAILED, missing.status());
        assertEquals("tegula: /no/such/file.gguf: no such file\n", missing.err());
        Path bad = Files.writeString(folder.resolve("bad.gguf"), "this is no model, it only says so");
        Cli refused = Cli.run("inspect", bad.toString());
        assertEquals(TegulaCommand.FAILED, refused.status());
        assertEquals(1, refused.err().lines().count(), refused.err());
        assertTrue(refused.err().startsWith("tegula: ") && refused.err().contains("bad.gguf"), refused.err());
        assertFalse(refused.err().contains("\tat "));
    }

    @Test
    void debugShowsTheStackTraceBeforeOrAfterTheCommand() {
        for (String[] args : new String[][]{{"--debug", "inspect", "/no/such"}, {"inspect", "/no/such", "--debug"}}) {
            Cli cli = Cli.run(args);
            assertEquals(TegulaCommand.FAILED, cli.status());
            assertTrue(cli.err().contains("\tat dev.tegula"), cli.err());
            assertTrue(cli.err().endsWith("tegula: /no/such: no such file\n"));
        }
    }

    @Test
    void anErrorIsReportedLikeOtherFailures() {
        InputStream full = new InputStream() {
            @Override
            public int read() {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(full, OutputStream.nullOutputStream(), err, false, false);
        assertEquals(TegulaCommand.FAILED, TegulaCommand.run(terminal, "tokenize"));
        assertEquals("tegula: out of memory: Java heap space\n", err.toString());
        err.reset();
        assertEquals(TegulaCommand.FAILED, TegulaCommand.run(terminal, "tokenize", "--debug"));
        assertTrue(err.toString().contains("\tat dev.tegula"), err.toString());
    }

    @Test
    void anArgumentThatBeginsWithAnAtSignIsText(@TempDir Path folder) throws IOException {
        String argument = "@" + Files.writeString(folder.resolve("arguments"), "--json");
        Object ids = Cli.run("tokenize", "--json", argument).ok().objects().getFirst().get("ids");
        assertEquals(Cli.runWith("{\"text\": " + Json.write(argument) + "}", "tokenize", "--json")
                .ok()
                .objects()
                .getFirst()
                .get("ids"), ids);
    }

    @Test
    void endsQuietlyWhenTheReaderOfItsOutputHasGone() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(InputStream.nullInputStream(), closed, err, false, false);
        assertEquals(TegulaCommand.OK, TegulaCommand.run(terminal, "inspect"));
        assertEquals(TegulaCommand.OK, TegulaCommand.run(terminal, "tokenize", "x"));
        assertEquals("", err.toString());
    }

    @Test
    void whatCannotBeWrittenIsAFailure() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        for (String[] args : List.of(new String[]{"inspect"}, new String[]{"tokenize", "x"}, new String[]{"--help"})) {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Terminal terminal = new Terminal(InputStream.nullInputStream(), full, err, false, false);
            assertEquals(TegulaCommand.FAILED, TegulaCommand.run(terminal, args));
            assertEquals("tegula: standard output: No space left on device\n", err.toString());
        }
    }
}
