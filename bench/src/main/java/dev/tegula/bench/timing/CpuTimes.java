package dev.tegula.bench.timing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Where the CPUs' time went, by the first line of Linux's {@code /proc/stat} (proc_stat(5)); nothing on other systems. */
public final class CpuTimes {
    private static final int STEAL = 7;
    /** user, nice, system, idle, iowait, irq, softirq and steal; guest times are part of user and nice. */
    private static final int FIELDS = 8;

    private final Path file;

    /** Those that a file says, of the form of {@code /proc/stat}. */
    public CpuTimes(Path file) {
        this.file = file;
    }

    /** Those of this machine. */
    public static CpuTimes ofMachine() {
        return new CpuTimes(Path.of("/proc/stat"));
    }

    /**
     * Ticks since the start.
     *
     * @param all of every kind
     * @param stolen in which a CPU had work but the host gave it to another guest
     */
    public record Reading(long all, long stolen) {
        /** The share of all CPUs' time since another reading that was stolen, 0 to 1. */
        public double stolenSince(Reading before) {
            return all == before.all ? 0 : (double) (stolen - before.stolen) / (all - before.all);
        }
    }

    /** Reads them; zeros where the system has no such file. */
    public Reading read() {
        try (Stream<String> lines = Files.lines(file)) {
            long[] fields = lines.filter(line -> line.startsWith("cpu "))
                    .flatMapToLong(line -> Stream.of(line.substring(4).strip().split(" +")).mapToLong(Long::parseLong))
                    .limit(FIELDS)
                    .toArray();
            return new Reading(LongStream.of(fields).sum(), fields.length > STEAL ? fields[STEAL] : 0);
        } catch (IOException absent) {
            return new Reading(0, 0);
        }
    }
}
