package dev.tegula.bench;

import dev.tegula.exec.Limits;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The option {@code --threads} of what measures. */
public final class Threads {
    private Threads() {}

    /**
     * Checks a number before anything is measured. More than there are CPUs is a line on standard error: it is allowed, but says little of kernels.
     *
     * @throws ParameterException when it is out of range
     */
    public static void check(CommandSpec spec, int threads) {
        if (threads < 1 || threads > Limits.MAX_THREADS) {
            throw new ParameterException(spec.commandLine(),
                    "--threads must be from 1 to " + Limits.MAX_THREADS + ", was " + threads);
        }
        int cpus = Runtime.getRuntime().availableProcessors();
        if (threads > cpus) {
            spec.commandLine()
                    .getErr()
                    .println("--threads " + threads + " is more than the CPUs there are (" + cpus
                            + "): threads will wait for one another, and figures will be low");
            spec.commandLine().getErr().flush();
        }
    }
}
