package dev.tegula.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** {@code tegula bench kernels}: JMH's own command line with all suites. */
@Command(name = "kernels", description = "Runs JMH suites. All options of JMH's command line may follow (-- -h lists "
        + "them), for example: tegula bench kernels --filter MatMulBench -p engine=nat-avx2 -p shape=llama-3.2-1b/ffn_down -rf json. Unless one says which "
        + "profilers there are (-prof), multiply-adds, bytes, joules and allocated bytes are printed beside the times. A benchmark whose answer is wrong has no figures; "
        + "with -foe true it ends the run, with 1.")
public final class KernelsCommand implements Callable<Integer> {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help message and exit.")
    private boolean help;

    @Option(names = "--filter", paramLabel = "REGEX", description = "Only benchmarks whose name contains a match (default: all).")
    private String filter;

    @Unmatched
    private List<String> jmh = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        Main.main(arguments().toArray(String[]::new));
        return 0;
    }

    /** JMH's command line. */
    List<String> arguments() {
        List<String> args = new ArrayList<>(jmh);
        if (filter != null) {
            args.add(0, filter);
        }
        if (!args.contains("-prof")) {
            args.addAll(List.of("-prof", RateProfiler.class.getName(), "-prof", EnergyProfiler.class.getName(), "-prof",
                    "gc"));
        }
        return args;
    }
}
