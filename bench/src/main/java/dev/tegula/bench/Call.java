package dev.tegula.bench;

import dev.tegula.kernel.Cost;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What one call of a benchmark does. A suite says it when it sets up a trial, and the profilers of that trial ask for it.
 *
 * @param cost multiply-adds and bytes; what is 0 is not known
 * @param tokens that a model evaluates in it; 0 where that is not the question
 */
public record Call(Cost cost, int tokens) {
    private static final Call UNKNOWN = new Call(new Cost(0, 0), 0);
    private static volatile Call said = UNKNOWN;
    private static volatile String trial = "";

    /** One of a certain cost. */
    public static Call of(Cost cost) {
        return new Call(cost, 0);
    }

    /** The same, of so many tokens of a model. */
    public Call withTokens(int number) {
        return new Call(cost, number);
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
