package dev.tegula.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code tegula bench kernels}: JMH's own command line with all suites. */
@Command(name = "kernels", description = "Runs JMH suites. All options of JMH's command line may follow (-- -h lists "
        + "them), for example: tegula bench kernels --filter MatMulBench -p engine=nat-avx2 -p shape=llama-3.2-1b/ffn_down -rf json. Unless one says which "
        + "profilers there are (-prof), multiply-adds, bytes, joules and allocated bytes are printed beside the times. A benchmark that fails, as one does whose "
        + "answer is wrong, ends the run, with 1; with -foe false it has no figures, and the others follow.")
public final class KernelsCommand implements Callable<Integer> {
    /** What JMH takes for one: {@code -pNAME=VALUE}, {@code -p=NAME=VALUE}; with a blank between they are two words. */
    private static final Pattern PARAMETER = Pattern.compile("--?p(?!rof)=?([^=]*)=");

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only benchmarks whose name contains a match (default: all).")
    private String filter;

    @Unmatched
    private List<String> jmh = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        List<String> words = arguments();
        Main.main(words.toArray(String[]::new));
        return 0;
    }

    /**
     * JMH's command line.
     *
     * @throws ParameterException of what JMH would leave out without a word, or with a stack trace
     */
    List<String> arguments() {
        List<String> words = new ArrayList<>(jmh);
        if (filter != null) {
            words.addFirst(filter);
        }
        try {
            CommandLineOptions options = new CommandLineOptions(words.toArray(String[]::new));
            if (!options.shouldHelp()) {
                check(words, options);
            }
            if (options.getProfilers().isEmpty()) {
                words.addAll(List.of("-prof", RateProfiler.class.getName(), "-prof", EnergyProfiler.class.getName(),
                        "-prof", "gc"));
            }
            if (!options.shouldFailOnError().hasValue()) {
                words.addAll(List.of("-foe", "true"));
            }
            return words;
        } catch (CommandLineOptionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(spec.commandLine(),
                    "'" + e.getPattern() + "' is no regular expression: " + e.getDescription(), e);
        }
    }

    private void check(List<String> words, CommandLineOptions options) {
        Set<BenchmarkListEntry> found = BenchmarkList.defaultList()
                .find(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), options.getIncludes(),
                        options.getExcludes());
        if (found.isEmpty()) {
            throw new ParameterException(spec.commandLine(),
                    "no benchmark's name contains a match of " + String.join(", ", options.getIncludes())
                            + " ('tegula bench kernels -l' lists them)");
        }
        Set<String> known = new TreeSet<>();
        found.forEach(entry -> known.addAll(entry.getParams().orElse(Map.of()).keySet()));
        for (int i = 0; i < words.size(); i++) {
            Matcher parameter = PARAMETER.matcher(words.get(i).equals("-p") && i + 1 < words.size()
                    ? "-p" + words.get(i + 1)
                    : words.get(i));
            if (parameter.lookingAt() && !known.contains(parameter.group(1))) {
                throw new ParameterException(spec.commandLine(),
                        "-p " + parameter.group(1) + "=…: no benchmark of these has such a parameter, they have "
                                + known);
            }
        }
    }
}
