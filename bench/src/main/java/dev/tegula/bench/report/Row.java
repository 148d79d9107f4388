package dev.tegula.bench.report;

import dev.tegula.bench.machine.Level;
import dev.tegula.bench.machine.Roofline;
import dev.tegula.bench.machine.Sizes;
import dev.tegula.bench.timing.Paired;
import dev.tegula.kernel.Cost;
import java.util.List;
import java.util.Optional;

/**
 * A kernel at work, beside the machine's limit for it.
 *
 * @param name what was computed, with its parameters; with engine and threads it tells rows apart
 * @param op the op, as kernel ids name it
 * @param kernel the kernel's id
 * @param engine who computed
 * @param threads that shared a call
 * @param multiplies whether matrices are multiplied
 * @param multiplyAdds of a call, or elements where no matrices are multiplied
 * @param bytes that a call must read and write at least
 * @param limit the peak that holds it back most: {@code f32 fma}, {@code int8 dot}, {@code read dram}, …
 * @param unit what the limit counts, 10⁹ of it per second: {@code GMAC/s} or {@code GB/s}
 * @param rates per round, in that unit
 * @param peaks the limit as measured in the same rounds
 * @param coreToCore nanoseconds that a write of one thread's core took to another's in the same rounds; none where there is one thread
 * @param disturbed rounds in which others, guests of the machine or processes of the system, had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 * @param command what measures it with JMH
 */
public record Row(String name, String op, String kernel, String engine, int threads, boolean multiplies,
        long multiplyAdds, long bytes, String limit, String unit, List<Double> rates, List<Double> peaks,
        List<Double> coreToCore, int disturbed,
        double stolen, String command) implements Paired {
    /**
     * Nanoseconds below which a call is too short for a share: starting the threads and looking at the clock take about a tenth of it, so that
     * the share would say more of them than of the kernel.
     */
    static final int SHORT = 5000;

    /** Why no share of the limit is stated. */
    enum Unjudged {
        /** A call takes less than {@link Row#SHORT}. */
        SHORT,
        /** It uses more than the last cache, but less than the arrays with which memory was measured: a part may be in that cache. */
        BETWEEN
    }

    public Row {
        rates = List.copyOf(rates);
        peaks = List.copyOf(peaks);
        coreToCore = List.copyOf(coreToCore);
        Paired.check(name, rates, peaks, coreToCore);
    }

    /** This row with the rounds of a later measurement of the same. */
    Row and(Row later) {
        return new Row(name, op, kernel, engine, threads, multiplies, multiplyAdds, bytes, limit, unit,
                Paired.joined(rates, later.rates), Paired.joined(peaks, later.peaks),
                Paired.joined(coreToCore, later.coreToCore), disturbed + later.disturbed,
                Paired.mean(this, stolen, later, later.stolen), command);
    }

    /** Why its share of the limit says little of the kernel; nothing where it does. */
    Optional<Unjudged> unjudged(Sizes sizes) {
        if (stageNanos() < SHORT) {
            return Optional.of(Unjudged.SHORT);
        }
        return limit.equals(Roofline.reading(Level.DRAM)) && bytes < sizes.dram()
                ? Optional.of(Unjudged.BETWEEN)
                : Optional.empty();
    }

    @Override
    public double stageNanos() {
        return Roofline.amount(limit, new Cost(multiplyAdds, bytes)) / rate();
    }

    @Override
    public String key() {
        return Paired.key(name, engine, threads);
    }

    @Override
    public String judge() {
        return limit;
    }

    @Override
    public List<Double> others() {
        return peaks;
    }
}
