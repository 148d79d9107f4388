package dev.tegula.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;

/** The program's entry. */
public final class Main {
    /** How the logger of java.logging writes; two lines per message unless it is told otherwise. */
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    private Main() {}

    /** Runs one command and ends the JVM with its exit status: 0 done, 1 refused or failed, 2 wrong usage. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "tegula: %4$s: %5$s%6$s%n");
        }
        Terminal terminal = new Terminal(new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err),
                Boolean.getBoolean("tegula.stdin.terminal"), Boolean.getBoolean("tegula.stderr.terminal"));
        System.exit(TegulaCommand.run(terminal, args));
    }
}
