package dev.tegula.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;

/** Where a chat's lines come from: a line editor with history on a terminal, plain standard input otherwise. */
abstract class ChatLines implements AutoCloseable {
    /** An interrupt's handler that is taken away again. */
    interface Interrupt extends AutoCloseable {
        @Override
        void close();
    }

    /** The right one for these streams. */
    static ChatLines open(Terminal terminal) throws IOException {
        return terminal.inIsTerminal() ? new Edited() : new Plain(terminal);
    }

    /** Asks for a line; null when there are no more. */
    abstract String read(String prompt);

    /** Runs an action when the user presses Ctrl-C, until closed. */
    abstract Interrupt onInterrupt(Runnable action);

    @Override
    public abstract void close();

    /**
     * Where lines are remembered from one chat to the next; empty where nothing can be written, which is no reason not to
     * talk.
     *
     * @param state the folder that XDG_STATE_HOME names, null or empty for the usual one
     * @param home the user's home
     */
    static Optional<Path> historyFile(String state, String home) {
        try {
            Path folder = (state == null || state.isEmpty() ? Path.of(home, ".local", "state") : Path.of(state))
                    .resolve("tegula");
            Files.createDirectories(folder);
            return Files.isWritable(folder) ? Optional.of(folder.resolve("history")) : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static final class Plain extends ChatLines {
        private final Terminal terminal;

        Plain(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        String read(String prompt) {
            return terminal.readLine();
        }

        @Override
        Interrupt onInterrupt(Runnable action) {
            // Ctrl-C ends the program, as it does for every filter.
            return () -> {};
        }

        @Override
        public void close() {}
    }

    private static final class Edited extends ChatLines {
        private final org.jline.terminal.Terminal console;
        private final LineReader reader;

        Edited() throws IOException {
            console = TerminalBuilder.builder().system(true).build();
            DefaultParser words = new DefaultParser();
            // Backslashes and quotation marks are text here.
            words.setEscapeChars(null);
            words.setQuoteChars(null);
            LineReaderBuilder builder = LineReaderBuilder.builder()
                    .terminal(console)
                    .appName("tegula")
                    .parser(words)
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
            historyFile(System.getenv("XDG_STATE_HOME"), System.getProperty("user.home"))
                    .ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
            reader = builder.build();
        }

        @Override
        String read(String prompt) {
            while (true) {
                try {
                    return reader.readLine(prompt);
                } catch (UserInterruptException e) {
                    // Ctrl-C gives up the line, as in a shell.
                    continue;
                } catch (EndOfFileException e) {
                    return null;
                }
            }
        }

        @Override
        Interrupt onInterrupt(Runnable action) {
            SignalHandler before = console.handle(Signal.INT, signal -> action.run());
            return () -> console.handle(Signal.INT, before);
        }

        @Override
        public void close() {
            try {
                console.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
