package dev.tegula.cli;

import java.io.Writer;

/** Standard output for code that wants a {@link Writer}. */
final class TerminalWriter extends Writer {
    private final Terminal terminal;

    TerminalWriter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void write(char[] text, int start, int length) {
        terminal.print(new String(text, start, length));
    }

    @Override
    public void flush() {
        terminal.flush();
    }

    @Override
    public void close() {
        flush();
    }
}
