package dev.tegula.bench;

import dev.tegula.bench.machine.Roofline;
import dev.tegula.kernel.Cost;
import java.util.Optional;
import java.util.function.Function;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What one call of a benchmark does. A suite says it when it sets up a trial, and the profilers of that trial ask for it.
 *
 * @param cost multiply-adds and bytes; what is 0 is not known
 * @param tokens that a model evaluates in it; 0 where that is not the question
 * @param judged by which of the machine's peaks, where that is the question
 */
public record Call(Cost cost, int tokens, Optional<Judged> judged) {
    private static final Call UNKNOWN = of(new Cost(0, 0));
    private static volatile Call said = UNKNOWN;
    private static volatile String trial = "";

    /**
     * What tells the peak that holds it back.
     *
     * @param engine whose kernel it is
     * @param threads that share it
     * @param limit the name of the peak
     */
    public record Judged(String engine, int threads, Function<Roofline, String> limit) {}

    /** One of a certain cost. */
    public static Call of(Cost cost) {
        return new Call(cost, 0, Optional.empty());
    }

    /** The same, of so many tokens of a model. */
    public Call withTokens(int number) {
        return new Call(cost, number, judged);
    }

    /**
     * The same, judged by the machine's peaks.
     *
     * @param engine whose kernel it is
     * @param threads that share it
     * @param limit the name of the peak that holds it back most
     */
    public Call judgedBy(String engine, int threads, Function<Roofline, String> limit) {
        return new Call(cost, tokens, Optional.of(new Judged(engine, threads, limit)));
    }

    /** Says that this is what the benchmark does that has been set up. */
    public void say() {
        said = this;
    }

    /** What the suite has said. */
    static Call ofTrial() {
        return said;
    }

    /** An iteration begins. The first one comes before the set-up of its trial; what another one in this JVM has said is not for this one. */
    static void begin(BenchmarkParams benchmark) {
        if (!trial.equals(benchmark.id())) {
            trial = benchmark.id();
            said = UNKNOWN;
        }
    }
}
