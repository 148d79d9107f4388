package dev.tegula.bench.machine;

import dev.tegula.kernel.Cost;
import dev.tegula.nat.PeakLoop;
import dev.tegula.tensor.DType;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What holds a call back most, of what the machine can do at most.
 *
 * @param sizes of the machine's caches
 * @param ceilings 10⁹ multiply-adds or bytes per second by name: {@link #FLOATS}, {@link #INTEGERS}, {@link #BFLOATS} where the CPU has
 *        instructions for them, and {@link #reading} of each level
 */
public record Roofline(Sizes sizes, Map<String, Double> ceilings) {
    /** Multiply-adds of F32. */
    public static final String FLOATS = "f32 fma";
    /** Dot products of bytes. */
    public static final String INTEGERS = "int8 dot";
    /** Dot products of BF16. */
    public static final String BFLOATS = "bf16 dot";
    private static final String READ = "read ";
    /** The engine whose kernels are Java's, as the loops are that {@link Contender#JAVA} names. */
    private static final String VECTOR_API = "vec";

    /**
     * One that was kept.
     *
     * @param date when it was measured, in UTC, as ISO 8601 has it
     */
    public record Kept(Roofline roofline, String date) {}

    public Roofline {
        ceilings = Map.copyOf(ceilings);
    }

    /** The name of reading from a level. */
    public static String reading(Level level) {
        return READ + level.name().toLowerCase(Locale.ROOT);
    }

    /**
     * By the peaks that are kept for this user.
     *
     * @param engine of a kernel: its own peaks count where it has any, and otherwise the best there are
     * @param threads that share a call
     * @throws PeaksFile.UnusableException when none are kept of this machine, or not with as many threads
     */
    public static Kept ofUser(String engine, int threads) throws PeaksFile.UnusableException {
        MachinePeaks peaks = PeaksFile.ofUser().read(Machine.here());
        return new Kept(of(peaks, engine, threads), peaks.date());
    }

    static Roofline of(MachinePeaks peaks, String engine, int threads) throws PeaksFile.UnusableException {
        String by = engine.equals(VECTOR_API) ? Contender.JAVA : engine;
        Map<String, Double> ceilings = new LinkedHashMap<>();
        for (Level level : Level.values()) {
            if (level == Level.CORE) {
                best(peaks, PeakLoop.FMA, level, by, threads).ifPresent(peak -> ceilings.put(FLOATS, peak));
                best(peaks, PeakLoop.INT8, level, by, threads).ifPresent(peak -> ceilings.put(INTEGERS, peak));
                best(peaks, PeakLoop.BF16, level, by, threads).ifPresent(peak -> ceilings.put(BFLOATS, peak));
            } else {
                best(peaks, PeakLoop.READ, level, by, threads).ifPresent(peak -> ceilings.put(reading(level), peak));
            }
        }
        // A third-level cache may be missing, or too small for so many threads; nothing else is.
        for (String name : new String[]{FLOATS, INTEGERS, reading(Level.L1), reading(Level.L2), reading(Level.DRAM)}) {
            if (!ceilings.containsKey(name)) {
                throw new PeaksFile.UnusableException("no " + name + " of " + threads
                        + (threads == 1 ? " thread" : " threads") + " is among the peaks that are kept");
            }
        }
        return new Roofline(peaks.machine().sizes(), ceilings);
    }

    private static Optional<Double> best(MachinePeaks peaks, PeakLoop loop, Level level, String by, int threads) {
        return peaks.peaks()
                .stream()
                .filter(peak -> peak.loop() == loop && peak.level() == level && peak.threads() == threads)
                .max(Comparator.<Peak, Boolean>comparing(peak -> peak.by().equals(by)).thenComparing(Peak::median))
                .map(Peak::median);
    }

    /** The limit of what reads so many bytes again and again: the nearest cache that may hold them, or memory. */
    public String ofReading(long bytes) {
        long l3 = ceilings.containsKey(reading(Level.L3)) ? sizes.l3() : 0;
        return reading(bytes <= sizes.l1() / 2
                ? Level.L1
                : bytes <= sizes.l2() ? Level.L2 : bytes <= l3 ? Level.L3 : Level.DRAM);
    }

    /** The limit of what multiplies activations of a type and reads so much: what would take longer alone. */
    public String of(DType activations, Cost cost) {
        return of(activations, cost, cost.bytes());
    }

    /**
     * The same of what reads some bytes several times.
     *
     * @param held bytes that it reads and writes, each counted once
     */
    public String of(DType activations, Cost cost, long held) {
        String read = ofReading(held);
        String multiply = ofMultiplying(activations);
        return nanos(multiply, cost) > nanos(read, cost) ? multiply : read;
    }

    private String ofMultiplying(DType activations) {
        if (activations.name().startsWith("Q8_A")) {
            return INTEGERS;
        }
        // Without such instructions BF16 becomes F32 first.
        return activations == DType.BF16 && ceilings.containsKey(BFLOATS) ? BFLOATS : FLOATS;
    }

    /** How long a call of a cost takes at least by a limit, in nanoseconds. */
    public double nanos(String limit, Cost cost) {
        return amount(limit, cost) / ceilings.get(limit);
    }

    /** What a limit counts, 10⁹ of it per second. */
    public static String unit(String limit) {
        return isReading(limit) ? "GB/s" : "GMAC/s";
    }

    /** How much of what a limit counts is in a cost. */
    public static double amount(String limit, Cost cost) {
        return isReading(limit) ? cost.bytes() : cost.multiplyAdds();
    }

    private static boolean isReading(String limit) {
        return limit.startsWith(READ);
    }
}
