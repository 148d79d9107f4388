package dev.tegula.bench;

import dev.tegula.bench.machine.MachineCommand;
import dev.tegula.bench.model.SyntheticCommand;
import dev.tegula.bench.peer.PeersCommand;
import dev.tegula.bench.report.CompareCommand;
import dev.tegula.bench.report.ReportCommand;
import dev.tegula.kernel.KernelTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

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

    /** The command line of all. */
    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Main());
        all.registerConverter(Pattern.class, Main::pattern);
        all.setParameterExceptionHandler(Main::refuse);
        all.setExecutionExceptionHandler(Main::fail);
        return all;
    }

    /** The usual converter's message has the name of an exception, and several lines. */
    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new TypeConversionException("'" + text + "' is no regular expression: " + e.getDescription());
        }
    }

    /** One line, which the whole help would push out of sight. */
    private static int refuse(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("tegula: " + e.getMessage());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** What cannot be read or written is no fault of the program; all else has its stack trace. */
    private static int fail(Exception e, CommandLine command, ParseResult result) throws Exception {
        if (!(e instanceof IOException failure)) {
            throw e;
        }
        command.getErr().println("tegula: " + Failures.message(failure));
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** Runs a command line, whose first word may be {@code bench}, and ends the JVM with its status. */
    public static void main(String[] args) {
        boolean named = args.length > 0 && args[0].equals("bench");
        try {
            // Before commands are made, since some of them load the kernels when they are.
            KernelTable.load();
        } catch (IllegalArgumentException e) {
            System.err.println("tegula: " + e.getMessage());
            System.exit(CommandLine.ExitCode.SOFTWARE);
        }
        System.exit(commandLine().execute(named ? Arrays.copyOfRange(args, 1, args.length) : args));
    }
}
