package dev.tegula.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Lets an option take a value only when it follows after =, so that the option never swallows the prompt after it. */
final class AttachedOnly implements IParameterPreprocessor {
    /** The value of an option without one. */
    static final Path NONE = Path.of("");

    @Override
    public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
        if (command.parser().separator().equals(info.get("separator"))) {
            if (args.peek().isEmpty()) {
                throw new ParameterException(command.commandLine(),
                        ((OptionSpec) argument).longestName() + "= names no file");
            }
            return false;
        }
        argument.setValue(NONE);
        return true;
    }
}
