package dev.tegula.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the command line: knows the subcommands, the exit status and how errors are shown. */
@Command(name = "tegula", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Runs quantized language models on the CPU or a device: a GGUF file in, text out.", synopsisSubcommandLabel = "COMMAND", exitCodeListHeading = "Exit status:%n", exitCodeList = {
    "0:done", "1:refused or failed; standard error says why", "2:wrong usage"})
final class TegulaCommand {
    /** Done. */
    static final int OK = 0;
    /** Refused or failed. */
    static final int FAILED = 1;
    /** Wrong usage. */
    static final int USAGE = 2;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    private boolean debug;

    private TegulaCommand() {}

    /**
     * Runs a command line.
     *
     * @return the exit status
     */
    static int run(Terminal terminal, String... args) {
        TegulaCommand root = new TegulaCommand();
        try {
            CommandLine line = commands(root, terminal, args);
            int status = args.length == 0 ? root.usage(line, terminal) : execute(line, terminal, args);
            if (status == OK) {
                terminal.flush();
            }
            return status;
        } catch (RuntimeException | Error e) {
            // picocli's handler sees neither errors nor what happens while commands are made or help is printed.
            return root.report(e, terminal);
        }
    }

    /** The subcommands; one is made only when it is named or all are listed, since making them takes time. */
    private static Map<String, Function<Terminal, Object>> subcommands() {
        Map<String, Function<Terminal, Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("chat", ChatCommand::new);
        commands.put("inspect", InspectCommand::new);
        commands.put("tokenize", TokenizeCommand::new);
        commands.put("detokenize", DetokenizeCommand::new);
        commands.put("template", TemplateCommand::new);
        commands.put("devices", DevicesCommand::new);
        commands.put("kernels", KernelsCommand::new);
        commands.put("verify-kernels", VerifyKernelsCommand::new);
        commands.put("tune", TuneCommand::new);
        commands.put("logits", LogitsCommand::new);
        commands.put("perplexity", PerplexityCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("quantize", QuantizeCommand::new);
        return commands;
    }

    private static CommandLine commands(TegulaCommand root, Terminal terminal, String[] args) {
        CommandLine line = new CommandLine(root);
        Map<String, Function<Terminal, Object>> commands = subcommands();
        boolean named = args.length > 0 && commands.containsKey(args[0]);
        commands.forEach((name, maker) -> {
            if (!named || name.equals(args[0])) {
                line.addSubcommand(maker.apply(terminal));
            }
        });
        line.setErr(terminal.err());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // A prompt may begin with @.
        line.setExpandAtFiles(false);
        // -hello is no -h with more after it.
        line.setPosixClusteredShortOptionsAllowed(false);
        line.setParameterExceptionHandler((e, given) -> refuseUsage(e, terminal));
        line.setExecutionStrategy(TegulaCommand::runAndClose);
        line.setExecutionExceptionHandler((e, command, result) -> root.report(e, terminal));
        return line;
    }

    /** Runs the command named last, and then closes those of its mixins that hold something open. */
    private static int runAndClose(CommandLine.ParseResult result) {
        try {
            return new CommandLine.RunLast().execute(result);
        } finally {
            CommandLine.ParseResult last = result;
            while (last.hasSubcommand()) {
                last = last.subcommand();
            }
            for (CommandLine.Model.CommandSpec mixin : last.commandSpec().mixins().values()) {
                if (mixin.userObject() instanceof ModelOptionsMixin options) {
                    options.close();
                }
            }
        }
    }

    private static int execute(CommandLine line, Terminal terminal, String... args) {
        // picocli would answer a fault of its output with a stack trace, so its help is kept and written here.
        StringWriter help = new StringWriter();
        line.setOut(new PrintWriter(help));
        int status = line.execute(args);
        terminal.print(help.toString());
        return status;
    }

    private int usage(CommandLine line, Terminal terminal) {
        terminal.err().print(line.getUsageMessage());
        terminal.err().flush();
        return USAGE;
    }

    private static int refuseUsage(ParameterException e, Terminal terminal) {
        CommandLine command = e.getCommandLine();
        terminal.err().println("tegula: " + e.getMessage());
        if (e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()
                && !command.getCommandSpec().positionalParameters().isEmpty()) {
            terminal.err().println("An argument that begins with - and is no option goes after --.");
        }
        terminal.err().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return USAGE;
    }

    private int report(Throwable e, Terminal terminal) {
        if (e instanceof Terminal.OutputClosedException) {
            // The reader has what it wanted.
            return OK;
        }
        try {
            // What was written so far comes before the message that explains why no more follows.
            terminal.flush();
        } catch (RuntimeException unwritten) {
            e.addSuppressed(unwritten);
        }
        if (debug) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            terminal.err().print(trace);
        }
        terminal.err().println("tegula: " + Failures.message(e));
        return FAILED;
    }
}
