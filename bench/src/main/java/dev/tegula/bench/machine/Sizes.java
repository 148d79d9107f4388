package dev.tegula.bench.machine;

import dev.tegula.nat.Cpu;
import dev.tegula.nat.PeakLoop;
import java.nio.file.Path;

/**
 * How much memory loops walk through.
 *
 * @param l1 bytes of the first-level cache for data
 * @param l2 bytes of the second-level cache
 * @param l3 bytes of the third-level cache, which all CPUs share; 0 for none
 * @param dram bytes of each of the three arrays in memory
 */
public record Sizes(long l1, long l2, long l3, long dram) {
    /** What most CPUs have at least, where the system does not say. */
    private static final long USUAL_L1 = 32 << 10;
    private static final long USUAL_L2 = 512 << 10;
    private static final long LEAST_DRAM = 64 << 20;
    private static final long MOST_DRAM = 1 << 30;

    /**
     * Those that the system reports. As STREAM wants it, arrays in memory have four times the bytes of the last cache; but not
     * more than 1 GiB.
     *
     * @param root of the file system
     */
    static Sizes of(Path root) {
        long l1 = Cpu.cacheBytes(root, 1);
        long l2 = Cpu.cacheBytes(root, 2);
        long l3 = Cpu.cacheBytes(root, 3);
        return new Sizes(l1 > 0 ? l1 : USUAL_L1, l2 > 0 ? l2 : USUAL_L2, l3,
                Math.clamp(4 * Math.max(l2, l3), LEAST_DRAM, MOST_DRAM));
    }

    /** Whether there is such a cache, with room in its half for what so many threads walk through at the same time. */
    boolean has(Level level, int threads) {
        return level != Level.L3 || threads * bytes(Level.L3, 1, threads) <= l3 / 2;
    }

    /**
     * Bytes of each array that a thread walks through: half of a cache of its own is used, a quarter of the one that all share,
     * but twice as much as fits the cache before.
     *
     * @param streams how many arrays there are
     */
    long bytes(Level level, int streams, int threads) {
        long bytes = switch (level) {
            case CORE -> throw new IllegalArgumentException("no memory is walked through in " + level);
            case L1 -> l1 / 2 / streams;
            case L2 -> l2 / 2 / streams;
            case L3 -> Math.max(l3 / 4 / threads, 2 * l2) / streams;
            case DRAM -> dram / threads;
        };
        long grain = PeakLoop.GRAIN;
        return Math.max(grain, bytes / grain * grain);
    }
}
