package dev.tegula.bench;

import dev.tegula.bench.machine.MachineCommand;
import dev.tegula.bench.model.SyntheticCommand;
import dev.tegula.bench.peer.PeersCommand;
import dev.tegula.bench.report.CompareCommand;
import dev.tegula.bench.report.ReportCommand;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tegula bench} for what measures kernels; models are measured by the command line's own {@code bench}. */
@Command(name = "tegula bench", subcommands = {MachineCommand.class,
    KernelsCommand.class,
    CompareCommand.class, ReportCommand.class,
    PeersCommand.class,
    SyntheticCommand.class}, description = "Measures kernels. (Whole models: tegula bench --model FILE.)", synopsisSubcommandLabel = "COMMAND")
public final class Main {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    private Main() {}

    /** Runs a command line, whose first word may be {@code bench}, and ends the JVM with its status. */
    public static void main(String[] args) {
        boolean named = args.length > 0 && args[0].equals("bench");
        System.exit(new CommandLine(new Main()).execute(named ? Arrays.copyOfRange(args, 1, args.length) : args));
    }
}
