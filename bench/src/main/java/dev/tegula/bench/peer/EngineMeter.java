package dev.tegula.bench.peer;

import dev.tegula.bench.Shell;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Measures a model by turns with other engines, each side in processes of its own. */
public final class EngineMeter {
    private static final int PREFILL = 512;
    private static final int DECODE = 64;
    /** Of our own, within a process. */
    private static final int REPEAT = 3;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** What the launcher says of itself. */
    private static final String LAUNCHER = "tegula.launcher";

    private final String launcher;
    private final int threads;
    private final List<String> engines;
    private final Turns turns;
    private final Duration limit;

    /**
     * With the command line that has started this program.
     *
     * @param threads of both sides
     * @param engines whose kernels are ours; none for all
     * @param pairs of runs, at least 1
     * @throws IllegalStateException when this program was not started by it
     */
    public EngineMeter(int threads, List<String> engines, int pairs) {
        this(Optional.ofNullable(System.getProperty(LAUNCHER))
                .orElseThrow(() -> new IllegalStateException(
                        "other engines run beside ./tegula bench, so start this with ./tegula")),
                threads, engines, new Turns(pairs, CpuTimes.ofMachine()), LIMIT);
    }

    EngineMeter(String launcher, int threads, List<String> engines, Turns turns, Duration limit) {
        this.launcher = launcher;
        this.threads = threads;
        this.engines = List.copyOf(engines);
        this.turns = turns;
        this.limit = limit;
    }

    /**
     * Measures what both sides print: prefill of 512 tokens, decoding 64.
     *
     * @param model a GGUF file
     * @param peer the other engine, whose command measures the same model
     * @throws IllegalStateException when a command fails or prints nothing that the other has too, or takes over ten minutes
     */
    public List<PeerRow> measure(Path model, EngineCommand peer) throws InterruptedException {
        EngineCommand ours = new EngineCommand("tegula", command(model));
        EngineCommand theirs = peer.with(model, threads);
        // Our own first run takes a minute with a large model.
        theirs.find(limit);
        Turns.Taken<List<Speed>> taken = turns
                .take(List.<Turns.Taker<List<Speed>>>of(() -> run(ours), () -> theirs.run(limit)));
        List<PeerRow> rows = new ArrayList<>();
        for (Speed speed : taken.slices().get(0).getFirst()) {
            List<Double> rates = rates(taken.slices().get(0), speed);
            List<Double> others = rates(taken.slices().get(1), speed);
            if (rates.size() == others.size()) {
                rows.add(new PeerRow(model.getFileName() + " " + speed.what(), peer.name(),
                        engines.isEmpty() ? "tegula" : String.join("+", engines), threads, "tokens/s", rates, others,
                        taken.disturbed(), taken.stolen(), again(model, peer)));
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalStateException(
                    "printed no " + words(taken.slices().get(0)) + ", or several, but " + words(taken.slices().get(1)));
        }
        return rows;
    }

    private List<String> command(Path model) {
        List<String> words = new ArrayList<>(List.of(launcher, "bench", "--model", model.toString(), "--threads",
                Integer.toString(threads), "--prefill", Integer.toString(PREFILL), "--decode",
                Integer.toString(DECODE), "--repeat", Integer.toString(REPEAT), "--json"));
        if (!engines.isEmpty()) {
            words.addAll(List.of("--engines", String.join(",", engines)));
        }
        return words;
    }

    private String again(Path model, EngineCommand peer) {
        List<String> words = new ArrayList<>(List.of("./tegula", "bench", "peers", "--model", model.toString(),
                "--peer", peer.name() + "=" + peer.command().getLast(), "--threads", Integer.toString(threads)));
        if (!engines.isEmpty()) {
            words.addAll(List.of("--engine", String.join(",", engines)));
        }
        return Shell.line(words);
    }

    private List<Speed> run(EngineCommand ours) throws InterruptedException {
        try {
            return ours.run(limit);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("our own side: " + e.getMessage(), e);
        }
    }

    /** A figure of each run; those that print none, or several, have none. */
    private static List<Double> rates(List<List<Speed>> runs, Speed wanted) {
        return runs.stream()
                .map(run -> run.stream().filter(wanted::matches).toList())
                .filter(matching -> matching.size() == 1)
                .map(matching -> matching.getFirst().rate())
                .toList();
    }

    private static String words(List<List<Speed>> runs) {
        return runs.getFirst().stream().map(Speed::what).collect(Collectors.joining(", "));
    }
}
