package dev.tegula.bench.report;

import dev.tegula.bench.machine.Level;
import dev.tegula.bench.machine.Machine;
import dev.tegula.bench.machine.PeakMeter;
import dev.tegula.bench.timing.CpuTimes;
import dev.tegula.bench.timing.Turns;
import dev.tegula.kernel.Cost;
import dev.tegula.nat.PeakLoop;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the machine can do at most, measured once for all at the start and then again by turns with what it limits. */
final class Limits implements AutoCloseable {
    private static final String READ = "read ";
    private static final String FLOATS = "f32 fma";
    private static final String INTEGERS = "int8 dot";
    private static final long SLICE = 12_000_000;

    private final PeakMeter meter;
    private final Map<String, Double> ceilings = new LinkedHashMap<>();

    /**
     * Measures them.
     *
     * @param threads that work at the same time
     * @param rounds of each
     */
    Limits(int threads, int rounds) throws InterruptedException {
        this.meter = new PeakMeter(threads);
        List<String> names = new ArrayList<>(List.of(FLOATS, INTEGERS));
        meter.levels().forEach(level -> names.add(READ + level.name().toLowerCase(Locale.ROOT)));
        List<Turns.Side> sides = new ArrayList<>();
        for (String name : names) {
            sides.add(side(name));
        }
        double[][] figures = new Turns(rounds, CpuTimes.ofMachine()).measure(sides).figures();
        for (int i = 0; i < figures.length; i++) {
            ceilings.put(names.get(i), Turns.median(figures[i]));
        }
    }

    /** What of the machine cannot be measured, and why. */
    List<String> missing() {
        return meter.missing();
    }

    /** The machine. */
    Machine machine() {
        return meter.machine();
    }

    /** The peaks as they were at the start, 10⁹ multiply-adds or bytes per second by name. */
    Map<String, Double> ceilings() {
        return ceilings;
    }

    /** A side that measures a limit by its name. */
    Turns.Side side(String name) throws InterruptedException {
        return switch (name) {
            case FLOATS -> meter.multiply(PeakLoop.FMA, SLICE);
            case INTEGERS -> meter.multiply(PeakLoop.INT8, SLICE);
            default -> meter.read(Level.valueOf(name.substring(READ.length()).toUpperCase(Locale.ROOT)), SLICE);
        };
    }

    /** The limit of what reads so many bytes again and again: the nearest cache that may hold them, or memory. */
    String ofReading(long bytes) {
        long l3 = ceilings.containsKey(READ + "l3") ? meter.machine().sizes().l3() : 0;
        return READ + (bytes <= meter.machine().sizes().l1() / 2
                ? "l1"
                : bytes <= meter.machine().sizes().l2() ? "l2" : bytes <= l3 ? "l3" : "dram");
    }

    /** The limit of what multiplies activations of a type and reads so much: what would take longer alone. */
    String of(DType activations, Cost cost) {
        String read = ofReading(cost.bytes());
        String multiply = activations.name().startsWith("Q8_A") ? INTEGERS : FLOATS;
        return cost.multiplyAdds() / ceilings.get(multiply) > cost.bytes() / ceilings.get(read) ? multiply : read;
    }

    /** What a limit counts, 10⁹ of it per second. */
    static String unit(String name) {
        return isReading(name) ? "GB/s" : "GMAC/s";
    }

    /** How much of what a limit counts is in a cost. */
    static double amount(String name, Cost cost) {
        return isReading(name) ? cost.bytes() : cost.multiplyAdds();
    }

    private static boolean isReading(String name) {
        return name.startsWith(READ);
    }

    @Override
    public void close() {
        meter.close();
    }
}
