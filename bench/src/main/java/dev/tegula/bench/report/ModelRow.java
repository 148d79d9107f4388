package dev.tegula.bench.report;

import dev.tegula.bench.timing.Paired;
import java.util.List;

/**
 * A whole model at work, beside what the machine's limit would let it do.
 *
 * @param name the model and what was measured; with engine and threads it tells rows apart
 * @param model the file's name
 * @param test {@code prefill}: all tokens in calls of up to 512, or {@code decode}: one by one
 * @param tokens that were fed
 * @param context positions that were fed before them
 * @param engine whose kernels
 * @param threads that shared a call
 * @param stages that the threads went through together for all tokens
 * @param multiplyAdds of all tokens
 * @param bytes that they must read and write at least
 * @param limit the peak that holds it back most
 * @param unit of the rates
 * @param rates tokens per second, per round
 * @param allowed what the limit, as measured in the same rounds, would let through of them
 * @param coreToCore nanoseconds that a write of one thread's core took to another's in the same rounds; none where there is one thread
 * @param joules per token, per round, by the platform's counter of the whole processor; none where there is no such counter
 * @param disturbed rounds in which others, guests of the machine or processes of the system, had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 * @param command what measures it again
 */
public record ModelRow(String name, String model, String test, int tokens, int context, String engine, int threads,
        long stages, long multiplyAdds, long bytes, String limit, String unit, List<Double> rates, List<Double> allowed,
        List<Double> coreToCore, List<Double> joules, int disturbed, double stolen, String command) implements Paired {
    public ModelRow {
        rates = List.copyOf(rates);
        allowed = List.copyOf(allowed);
        coreToCore = List.copyOf(coreToCore);
        joules = List.copyOf(joules);
        Paired.check(name, rates, allowed, coreToCore);
        if (stages < 1) {
            throw new IllegalArgumentException(name + ": stages " + stages + ": at least 1");
        }
        if (!joules.isEmpty() && joules.size() != rates.size()) {
            throw new IllegalArgumentException(name + ": joules of as many rounds as rates are needed, or of none");
        }
    }

    @Override
    public String key() {
        return Paired.key(name, engine, threads);
    }

    @Override
    public double stageNanos() {
        return 1e9 * tokens / rate() / stages;
    }

    @Override
    public String judge() {
        return limit;
    }

    @Override
    public List<Double> others() {
        return allowed;
    }
}
