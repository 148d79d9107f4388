package dev.tegula.bench.report;

import dev.tegula.bench.machine.Level;
import dev.tegula.bench.machine.Machine;
import dev.tegula.bench.machine.PeakMeter;
import dev.tegula.bench.machine.Roofline;
import dev.tegula.bench.timing.ClockWatch;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.nat.PeakLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the machine can do at most, measured once for all at the start and then again by turns with what it limits. */
final class Limits implements AutoCloseable {
    /** Beside calls of kernels. */
    static final long SLICE = 12_000_000;
    /** Some thousand steps from core to core. */
    private static final long CORES_SLICE = 1_000_000;

    private final PeakMeter meter;
    private final ClockWatch watch;
    private final Map<String, Level> levels = new LinkedHashMap<>();
    private final Roofline roofline;
    private final Optional<Turns.Side> coreToCore;

    /**
     * Measures them.
     *
     * @param threads that work at the same time
     * @param rounds of each
     * @param watch what looks at the frequency behind each slice
     */
    Limits(int threads, int rounds, ClockWatch watch) throws InterruptedException {
        this.meter = new PeakMeter(threads);
        this.watch = watch;
        List<String> names = new ArrayList<>(List.of(Roofline.FLOATS, Roofline.INTEGERS));
        if (meter.has(PeakLoop.BF16)) {
            names.add(Roofline.BFLOATS);
        }
        meter.levels().forEach(level -> levels.put(Roofline.reading(level), level));
        names.addAll(levels.keySet());
        List<Turns.Side> sides = new ArrayList<>();
        for (String name : names) {
            sides.add(side(name, SLICE));
        }
        double[][] figures = new Turns(rounds, CpuTimes.ofMachine()).measure(sides).figures();
        Map<String, Double> ceilings = new LinkedHashMap<>();
        for (int i = 0; i < figures.length; i++) {
            ceilings.put(names.get(i), Turns.median(figures[i]));
        }
        this.coreToCore = threads == 1 || threads > Runtime.getRuntime().availableProcessors()
                ? Optional.empty()
                : Optional.of(watch.watched(meter.coreToCore(CORES_SLICE)));
        this.roofline = new Roofline(meter.machine().sizes(), ceilings);
    }

    /** What of the machine cannot be measured, and why. */
    List<String> missing() {
        return meter.missing();
    }

    /** The machine. */
    Machine machine() {
        return meter.machine();
    }

    /** The peaks as they were at the start. */
    Roofline roofline() {
        return roofline;
    }

    /** A side that measures nanoseconds from core to core; none where there is one thread, or more than CPUs. */
    Optional<Turns.Side> coreToCore() {
        return coreToCore;
    }

    /**
     * A side that measures a limit.
     *
     * @param name the limit's
     * @param slice nanoseconds of it
     */
    Turns.Side side(String name, long slice) throws InterruptedException {
        return watch.watched(switch (name) {
            case Roofline.FLOATS -> meter.multiply(PeakLoop.FMA, slice);
            case Roofline.INTEGERS -> meter.multiply(PeakLoop.INT8, slice);
            case Roofline.BFLOATS -> meter.multiply(PeakLoop.BF16, slice);
            default -> meter.read(levels.get(name), slice);
        });
    }

    @Override
    public void close() {
        meter.close();
    }
}
