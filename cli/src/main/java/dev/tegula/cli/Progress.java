package dev.tegula.cli;

import java.util.Locale;

/**
 * A line on standard error that says how far a long task is; only on a terminal, and only once a second has passed. The
 * line is wiped at the end.
 *
 * <p>A thread of its own writes it, so that a task whose first step takes long shows as well, and that telling it costs
 * nothing.
 */
final class Progress implements AutoCloseable {
    private static final long FIRST_MILLIS = 1000;
    private static final long STEP_MILLIS = 100;

    private final Terminal terminal;
    private final String task;
    private final String unit;
    // Not read together: a line that mixes two updates is right a moment later, and telling must not wait for a terminal.
    private volatile long done;
    private volatile long total;
    private String shown = "";
    private boolean closed;

    /** @param task what is being done, for example {@code loading} */
    Progress(Terminal terminal, String task) {
        this(terminal, task, "");
    }

    /**
     * @param task what is being done, for example {@code prefill}
     * @param unit what is counted, for example {@code positions}; empty to show the part done only
     */
    Progress(Terminal terminal, String task, String unit) {
        this.terminal = terminal;
        this.task = task;
        this.unit = unit;
        if (terminal.errIsTerminal()) {
            Thread.ofPlatform().daemon().name("tegula-progress").start(this::showUntilClosed);
        }
    }

    /** Says how far it is; total above 0. */
    void update(long newDone, long newTotal) {
        done = newDone;
        total = newTotal;
    }

    private synchronized void showUntilClosed() {
        try {
            wait(FIRST_MILLIS);
            while (!closed) {
                show();
                wait(STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if it is done all the same, it ends.
        }
    }

    private void show() {
        long of = total;
        String line = String.format(Locale.ROOT, "%s %3d %%", task, 100 * done / Math.max(1, of));
        if (!unit.isEmpty() && of > 0) {
            line += String.format(Locale.ROOT, " (%d of %d %s)", done, of, unit);
        }
        if (!line.equals(shown)) {
            terminal.err().print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
            terminal.err().flush();
            shown = line;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        notifyAll();
        if (!shown.isEmpty()) {
            terminal.err().print("\r" + " ".repeat(shown.length()) + "\r");
            terminal.err().flush();
            shown = "";
        }
    }
}
