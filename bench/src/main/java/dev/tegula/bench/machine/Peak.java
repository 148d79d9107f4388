package dev.tegula.bench.machine;

import dev.tegula.nat.PeakLoop;

/**
 * A row of what was measured.
 *
 * @param loop what was done
 * @param level where its data were
 * @param threads that did it at the same time, each with data of its own
 * @param by the engine of the C kernels that are compiled like the loop, or {@code java}
 * @param median of the rounds: 10⁹ multiply-adds or bytes per second
 * @param least in a round
 * @param most in a round
 * @param ratio to the first row of the same loop, level and threads: the median of the rounds'
 * @param rounds how many
 * @param disturbed rounds in which others, guests of the machine or processes of the system, had much of the CPUs
 * @param stolen the share of the CPUs that they had meanwhile, 0 to 1
 */
public record Peak(PeakLoop loop, Level level, int threads, String by, double median, double least, double most,
        double ratio, int rounds, int disturbed, double stolen) {
    public Peak {
        if (loop == null || level == null || by == null || threads < 1 || !(median > 0)) {
            throw new IllegalArgumentException(
                    "a peak of " + loop + ", " + level + ", " + threads + " threads, by " + by + ": " + median);
        }
    }

    /** Whether it is a measurement of the same. */
    boolean isOf(Peak other) {
        return loop == other.loop && level == other.level && threads == other.threads && by.equals(other.by);
    }

    /** Of what there are 10⁹ per second, and what it is called. */
    public String unit() {
        return loop.multiplies() ? "GMAC/s" : "GB/s";
    }

    /** What is measured, for people. */
    static String label(PeakLoop loop, Level level) {
        String name = switch (loop) {
            case FMA -> "f32 fma";
            case INT8 -> "int8 dot";
            case BF16 -> "bf16 dot";
            case READ -> "read";
            case COPY, COPY_STREAMED -> "copy";
            case TRIAD, TRIAD_STREAMED -> "triad";
        };
        return level == Level.CORE ? name : name + " " + level.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Who did it, for people. */
    String who() {
        return by + (loop.isStreamed() ? ", non-temporal" : "");
    }
}
