package dev.tegula.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A command that has run in this JVM.
 *
 * @param status its exit status
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Cli(int status, String out, String err) {
    /** Runs a command with an empty standard input. */
    static Cli run(String... args) {
        return runWith("", args);
    }

    /** Runs a command that finds this text on standard input. */
    static Cli runWith(String input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err,
                false, false);
        int status = TegulaCommand.run(terminal, args);
        return new Cli(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Checks that it was done and said nothing on standard error. */
    Cli ok() {
        assertEquals("", err);
        assertEquals(TegulaCommand.OK, status);
        return this;
    }

    /** The objects on the lines of standard output. */
    List<? extends Map<?, ?>> objects() {
        return out.lines().map(Json::parseObject).toList();
    }
}
