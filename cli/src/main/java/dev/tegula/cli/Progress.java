package dev.tegula.cli;

import java.util.Locale;

/**
 * A line on standard error that says how far a long task is; only on a terminal, and only once a second has passed. The
 * line is wiped at the end.
 */
final class Progress implements AutoCloseable {
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long STEP_NANOS = 100_000_000L;

    private final Terminal terminal;
    private final String task;
    private long next = System.nanoTime() + FIRST_NANOS;
    private int shown;

    /** @param task what is being done, for example {@code loading} */
    Progress(Terminal terminal, String task) {
        this.terminal = terminal;
        this.task = task;
    }

    /** Says how far it is; total above 0. */
    void update(long done, long total) {
        if (!terminal.errIsTerminal() || System.nanoTime() - next < 0) {
            return;
        }
        next = System.nanoTime() + STEP_NANOS;
        String line = String.format(Locale.ROOT, "%s %3d %%", task, 100 * done / Math.max(1, total));
        terminal.err().print("\r" + line);
        terminal.err().flush();
        shown = Math.max(shown, line.length());
    }

    @Override
    public void close() {
        if (shown > 0) {
            terminal.err().print("\r" + " ".repeat(shown) + "\r");
            terminal.err().flush();
            shown = 0;
        }
    }
}
