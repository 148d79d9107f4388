package dev.tegula.bench.timing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Where the CPUs' time went, by Linux's {@code /proc/stat} (proc_stat(5)), and how much of it was this process's, by
 * {@code /proc/self/stat} (proc_pid_stat(5)): all in ticks, of 10 ms mostly. Nothing on other systems.
 */
public final class CpuTimes {
    /** How the line of all CPUs begins. */
    private static final String SUM = "cpu ";
    /** user, nice, system, idle, iowait, irq, softirq and steal; guest times are part of user and nice. */
    private static final int FIELDS = 8;
    private static final int IDLE = 3;
    private static final int WAITS = 4;
    private static final int STEAL = 7;
    /** utime, stime and the same of children that were waited for, counted from the state, which is behind the command's name. */
    private static final int OWN = 11;
    private static final int OWN_END = 15;
    /** By how much a process's own ticks can seem too few: those of the user and of the system are rounded down. */
    private static final int ROUNDING = 2;

    /** Of the CPUs, to be worth a word. */
    private static final double LEAST_SHARE = 0.01;

    private final Path system;
    private final Path process;

    /**
     * Those of a file system.
     *
     * @param root of it
     */
    public CpuTimes(Path root) {
        this.system = root.resolve("proc/stat");
        this.process = root.resolve("proc/self/stat");
    }

    /** Those of this machine. */
    public static CpuTimes ofMachine() {
        return new CpuTimes(Path.of("/"));
    }

    /**
     * Ticks since the start.
     *
     * @param cpus that the system has
     * @param all of every kind, of all CPUs
     * @param guests in which a CPU had work but the host gave it to another guest
     * @param processes that were used, but not by this process and the children that it has waited for; a difference of two readings
     *            counts, since a child's time is here until it ends
     */
    public record Reading(int cpus, long all, long guests, long processes) {
        /**
         * The share of all CPUs' time since another reading that others had, 0 to 1: other guests of the host, and other processes of the system
         * if they had more than the count can be wrong by.
         */
        public double stolenSince(Reading before) {
            return all == before.all
                    ? 0
                    : (double) (guests - before.guests + processesSince(before)) / (all - before.all);
        }

        /**
         * The system looks at each tick who has a CPU, at the same moment on all of them, and lets him have had the whole tick, but what a process
         * used is exact to the nanosecond and then rounded. So threads that worked on all CPUs for 45 ms are found there four times or five,
         * and the fifth tick of each CPU seems to be of others, as does what was rounded away: on two CPUs always less than four ticks. What is less
         * is no sign of anybody; and what is negative, where the system found them once too seldom, is nobody either.
         */
        private long processesSince(Reading before) {
            long ticks = processes - before.processes;
            return ticks < cpus + ROUNDING ? 0 : ticks;
        }
    }

    /**
     * The share that others had, for people: a percentage, or an empty text below a hundredth.
     *
     * @param share 0 to 1
     */
    public static String words(double share) {
        return share < LEAST_SHARE ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** Reads them; zeros where the system has no such files. */
    public Reading read() {
        try {
            OptionalLong own = own();
            List<String> lines = cpus();
            long[] fields = Stream.of(lines.getFirst().substring(SUM.length()).strip().split(" +"))
                    .limit(FIELDS)
                    .mapToLong(Long::parseLong)
                    .toArray();
            long all = LongStream.of(fields).sum();
            long steal = at(fields, STEAL);
            long used = all - at(fields, IDLE) - at(fields, WAITS) - steal;
            return new Reading(lines.size() - 1, all, steal, own.isPresent() ? used - own.getAsLong() : 0);
        } catch (IOException unknown) {
            return new Reading(0, 0, 0, 0);
        }
    }

    /** The line of all CPUs and, behind it, one for each. */
    private List<String> cpus() throws IOException {
        try (Stream<String> lines = Files.lines(system)) {
            List<String> cpus = lines.takeWhile(line -> line.startsWith("cpu")).toList();
            if (cpus.isEmpty() || !cpus.getFirst().startsWith(SUM)) {
                throw new IOException(system + " does not begin with the line of all CPUs");
            }
            return cpus;
        }
    }

    /** Ticks of this process and of the children that it has waited for; nothing where the system does not say. */
    private OptionalLong own() {
        try {
            // The name of the command stands in parentheses, and may be any bytes, blanks and parentheses too.
            String text = Files.readString(process, StandardCharsets.ISO_8859_1);
            String[] fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" +");
            return fields.length < OWN_END
                    ? OptionalLong.empty()
                    : OptionalLong.of(
                            Stream.of(fields).skip(OWN).limit(OWN_END - OWN).mapToLong(Long::parseLong).sum());
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }

    private static long at(long[] fields, int index) {
        return index < fields.length ? fields[index] : 0;
    }
}
