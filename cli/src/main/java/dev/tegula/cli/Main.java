package dev.tegula.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;

/** The program's entry. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the JVM with its exit status: 0 done, 1 refused or failed, 2 wrong usage. */
    public static void main(String[] args) {
        Terminal terminal = new Terminal(new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err),
                Boolean.getBoolean("tegula.stdin.terminal"), Boolean.getBoolean("tegula.stderr.terminal"));
        System.exit(TegulaCommand.run(terminal, args));
    }
}
