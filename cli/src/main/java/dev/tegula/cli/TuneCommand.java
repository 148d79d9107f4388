package dev.tegula.cli;

import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Tunable;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tegula tune}: measures how the best engine's loops fit this machine's caches. */
@Command(name = "tune", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "Measures how the loops of matrix products are best cut into blocks for this machine's caches, and keeps that for this user; "
        + "it is used from the next start on. Results have the same bits whatever is found. The machine should have nothing "
        + "else to do meanwhile.")
final class TuneCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final KernelTable table;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "N", description = "How long to measure, about (default: 24); more in noise.")
    private int seconds = 24;

    @Option(names = "--json", description = "One JSON object instead of text.")
    private boolean json;

    TuneCommand(Terminal terminal) {
        this(terminal, KernelTable.load());
    }

    /** Tunes the best engine of a table. */
    TuneCommand(Terminal terminal, KernelTable table) {
        this.terminal = terminal;
        this.table = table;
    }

    @Override
    public Integer call() throws IOException {
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds must be 1 or more");
        }
        KernelProvider engine = table.providers()
                .stream()
                .filter(provider -> provider instanceof Tunable && provider.unavailable().isEmpty())
                .findFirst()
                .orElseThrow(() -> new CommandException("no engine that runs here has anything to tune"));
        Tunable.Result result;
        try (Progress progress = new Progress(terminal, "measuring")) {
            result = ((Tunable) engine).tune(Duration.ofSeconds(seconds),
                    part -> progress.update(Math.round(100 * part), 100));
        }
        if (json) {
            terminal.println(Json.writeIndented(object(engine.engine(), result)));
        } else {
            text(engine.engine(), result);
        }
        return TegulaCommand.OK;
    }

    private void text(String engine, Tunable.Result result) {
        terminal.println(engine + ", one thread");
        for (Tunable.Finding finding : result.findings()) {
            terminal.println("\n" + finding.kind());
            List<Tunable.Candidate> candidates = finding.candidates();
            for (int i = 0; i < candidates.size(); i++) {
                Tunable.Candidate candidate = candidates.get(i);
                terminal.println(String.format(Locale.ROOT, "  %s %6.1f GMAC/s, ratio %.3f  %s",
                        i == finding.chosen() ? "*" : " ", candidate.gmacs(), candidate.ratio(), candidate.blocking()));
            }
            terminal.println("  " + verdict(finding));
        }
        terminal.println(
                "\nThe first of each is the table's, * what is used from the next start on.\nKept in " + result.file());
    }

    private static String verdict(Tunable.Finding finding) {
        if (finding.best() == 0) {
            return "the table's is the best";
        }
        String again = String.format(Locale.ROOT, "measured again, the best is %.3f times as fast as the table's",
                finding.gain());
        return finding.chosen() == 0 ? again + ", which may be noise: the table's stays" : again;
    }

    private static Map<String, Object> object(String engine, Tunable.Result result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("engine", engine);
        object.put("file", result.file().toString());
        object.put("kinds", result.findings().stream().map(finding -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("kind", finding.kind());
            row.put("candidates", finding.candidates().stream().map(candidate -> {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("blocking", candidate.blocking());
                one.put("gmac_per_second", candidate.gmacs());
                one.put("ratio", candidate.ratio());
                return one;
            }).toList());
            row.put("best", finding.best());
            row.put("gain", finding.gain());
            row.put("chosen", finding.chosen());
            return row;
        }).toList());
        return object;
    }
}
