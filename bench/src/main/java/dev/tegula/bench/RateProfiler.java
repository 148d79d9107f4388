package dev.tegula.bench;

import dev.tegula.kernel.Cost;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Multiply-adds and bytes per second, of suites that say what a call does: {@code -prof dev.tegula.bench.RateProfiler} of JMH's command line, and part of what
 * {@code tegula bench kernels} prints. A suite that says nothing gets no such lines.
 */
public final class RateProfiler implements InternalProfiler {
    @Override
    public String getDescription() {
        return "Multiply-adds and bytes per second";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        Call.begin(benchmark);
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
            IterationResult result) {
        boolean perCall = benchmark.getMode() == Mode.AverageTime || benchmark.getMode() == Mode.SingleShotTime;
        if (!perCall) {
            return List.of();
        }
        // The time of a call is a thread's, and JMH's threads call at the same time.
        double nanos = result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1)
                / benchmark.getThreads();
        Cost cost = Call.ofTrial().cost();
        return List.of(line("rate.multiply", cost.multiplyAdds() / nanos, "GMAC/s"),
                line("rate.bytes", cost.bytes() / nanos, "GB/s"))
                .stream()
                .filter(line -> line.getScore() > 0)
                .toList();
    }

    private static ScalarResult line(String name, double value, String unit) {
        return new ScalarResult(name, value, unit, AggregationPolicy.AVG);
    }
}
