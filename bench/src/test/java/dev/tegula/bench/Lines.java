package dev.tegula.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** What JMH prints beside times. */
public final class Lines {
    private Lines() {}

    /** The results of a run beside its times, all of which are numbers, and what only its iterations say. */
    public static Map<String, Result> of(RunResult run) {
        Map<String, Result> lines = new TreeMap<>(run.getSecondaryResults());
        lines.forEach((name, result) -> assertFalse(Double.isNaN(result.getScore()), name));
        for (BenchmarkResult trial : run.getBenchmarkResults()) {
            for (IterationResult iteration : trial.getIterationResults()) {
                iteration.getSecondaryResults().forEach(lines::putIfAbsent);
            }
        }
        return lines;
    }
}
