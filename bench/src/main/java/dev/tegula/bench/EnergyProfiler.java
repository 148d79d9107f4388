package dev.tegula.bench;

import dev.tegula.bench.timing.EnergyCounter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Joules per call by the platform's counter, and per token where a suite says how many a call evaluates:
 * {@code -prof dev.tegula.bench.EnergyProfiler} of JMH's command line, and part of what {@code tegula bench kernels} prints. Where the counter cannot be read
 * there is a line with the reason instead.
 */
public final class EnergyProfiler implements InternalProfiler {
    private final EnergyCounter counter;
    private final Remark remark = new Remark("energy");
    private Optional<EnergyCounter.Reading> before = Optional.empty();

    /** With the counter of this machine. */
    public EnergyProfiler() {
        this(EnergyCounter.ofMachine());
    }

    EnergyProfiler(EnergyCounter counter) {
        this.counter = counter;
    }

    @Override
    public String getDescription() {
        return "Joules per call and per token";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        Call.begin(benchmark);
        before = counter.unavailable().isEmpty() ? Optional.of(counter.read()) : Optional.empty();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
            IterationResult result) {
        if (before.isEmpty()) {
            return remark.once(iteration, "unavailable: " + counter.unavailable().orElseThrow());
        }
        double joules = counter.joules(before.get(), counter.read());
        // Some virtual machines have the files but nothing behind them.
        if (joules == 0) {
            return remark.once(iteration, "unavailable: the counter stands still");
        }
        double perCall = joules / result.getMetadata().getAllOps();
        List<Result<?>> lines = new ArrayList<>();
        lines.add(line("energy.op", perCall, "J/op"));
        int tokens = Call.ofTrial().tokens();
        if (tokens > 0) {
            lines.add(line("energy.token", perCall / tokens, "J/token"));
        }
        return lines;
    }

    private static ScalarResult line(String name, double value, String unit) {
        return new ScalarResult(name, value, unit, AggregationPolicy.AVG);
    }
}
