package dev.tegula.bench;

import dev.tegula.bench.machine.PeaksFile;
import dev.tegula.bench.machine.Roofline;
import dev.tegula.kernel.Cost;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Multiply-adds and bytes per second, of suites that say what a call does, and of kernels the share of the roofline, by the peaks that
 * {@code tegula bench machine} has kept: {@code -prof dev.tegula.bench.RateProfiler} of JMH's command line, and part of what {@code tegula bench kernels}
 * prints. A suite that says nothing gets no such lines.
 */
public final class RateProfiler implements InternalProfiler {
    private final Remark remark = new Remark("roofline");
    private final Remark above = new Remark("roofline.above");

    @Override
    public String getDescription() {
        return "Multiply-adds and bytes per second, and the share of the roofline";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        Call.begin(benchmark);
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark, IterationParams iteration,
            IterationResult result) {
        boolean perCall = benchmark.getMode() == Mode.AverageTime || benchmark.getMode() == Mode.SingleShotTime;
        // A suite that has failed has no times, and its own error is the one to be seen.
        if (!perCall || result.getRawPrimaryResults().isEmpty()) {
            return List.of();
        }
        // The time of a call is a thread's, and JMH's threads call at the same time.
        double nanos = result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1)
                / benchmark.getThreads();
        Call call = Call.ofTrial();
        Cost cost = call.cost();
        List<Result<?>> lines = new ArrayList<>();
        if (cost.multiplyAdds() > 0) {
            lines.add(line("rate.multiply", cost.multiplyAdds() / nanos, "GMAC/s"));
        }
        if (cost.bytes() > 0) {
            lines.add(line("rate.bytes", cost.bytes() / nanos, "GB/s"));
        }
        call.judged().ifPresent(judged -> lines.addAll(share(iteration, cost, judged, nanos)));
        return lines;
    }

    private List<Result<?>> share(IterationParams iteration, Cost cost, Call.Judged judged, double nanos) {
        Roofline.Kept kept;
        try {
            kept = Roofline.ofUser(judged.engine(), judged.threads());
        } catch (PeaksFile.UnusableException e) {
            return List.copyOf(remark.once(iteration, "no share of it: " + e.getMessage()));
        }
        Roofline roofline = kept.roofline();
        String limit = judged.limit().apply(roofline);
        List<Result<?>> lines = new ArrayList<>();
        double share = 100 * roofline.nanos(limit, cost) / nanos;
        lines.add(line("roofline.share", share, "%"));
        if (share > 100) {
            lines.addAll(above.once(iteration,
                    "over 100 %: a part of the data was in a nearer cache, or the machine gave less "
                            + "when its peaks were kept ('tegula bench machine' measures them again)"));
        }
        lines.addAll(remark.once(iteration, String.format(Locale.ROOT, "share of %s, %.1f %s on %s or before", limit,
                roofline.ceilings().get(limit), Roofline.unit(limit), kept.date())));
        return lines;
    }

    private static ScalarResult line(String name, double value, String unit) {
        return new ScalarResult(name, value, unit, AggregationPolicy.AVG);
    }
}
