package dev.tegula.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * The three streams of a command, as UTF-8 whatever the platform's charset.
 *
 * <p>Standard output differs from a {@link PrintWriter} in one point: what cannot be written is an exception. When its reader
 * has gone, as in {@code | head}, that is {@link OutputClosedException}, so that a command stops instead of working for
 * nobody; any other fault, a full disk for example, is an {@link UncheckedIOException}.
 */
final class Terminal {
    /** The reader of standard output has gone. */
    static final class OutputClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutputClosedException(IOException cause) {
            super("standard output was closed", cause);
        }
    }

    private final BufferedReader in;
    private final Writer out;
    private final PrintWriter err;
    private final boolean inIsTerminal;
    private final boolean errIsTerminal;

    /**
     * @param inIsTerminal whether a person types standard input
     * @param errIsTerminal whether a person watches standard error, so that progress is shown there
     */
    Terminal(InputStream in, OutputStream out, OutputStream err, boolean inIsTerminal, boolean errIsTerminal) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        this.err = new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
        this.inIsTerminal = inIsTerminal;
        this.errIsTerminal = errIsTerminal;
    }

    /** Writes to standard output; buffered until {@link #flush}. */
    void print(String text) {
        try {
            out.write(text);
        } catch (IOException e) {
            throw fault(e);
        }
    }

    /** Writes a line to standard output; buffered until {@link #flush}. */
    void println(String line) {
        print(line);
        print("\n");
    }

    /** Sends what was written to its reader. */
    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw fault(e);
        }
    }

    private static RuntimeException fault(IOException e) {
        // The platform tells a pipe without a reader from other faults by the message only.
        return e.getMessage() != null && e.getMessage().contains("Broken pipe")
                ? new OutputClosedException(e)
                : new UncheckedIOException("standard output", e);
    }

    /** Standard error; lines appear at once. */
    PrintWriter err() {
        return err;
    }

    /** Whether a person types standard input. */
    boolean inIsTerminal() {
        return inIsTerminal;
    }

    /** Whether a person watches standard error. */
    boolean errIsTerminal() {
        return errIsTerminal;
    }

    /** The next line of standard input without its end, or null at the end. */
    String readLine() {
        try {
            return in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("standard input", e);
        }
    }

    /** All that is left of standard input. */
    String readAll() {
        try {
            return in.readAllAsString();
        } catch (IOException e) {
            throw new UncheckedIOException("standard input", e);
        }
    }
}
