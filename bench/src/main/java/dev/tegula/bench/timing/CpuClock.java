package dev.tegula.bench.timing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Linux says of the frequency of the CPUs (Documentation/admin-guide/pm/cpufreq in its sources; without that, {@code /proc/cpuinfo}
 * where it is measured there), and how often they were slowed since they were too hot (Documentation/ABI/testing/sysfs-devices-system-cpu:
 * {@code thermal_throttle}, on processors of Intel). What cannot be read is left out.
 */
public final class CpuClock {
    private static final String FOLDER = "sys/devices/system/cpu";
    private static final Pattern CPU = Pattern.compile("cpu\\d+");
    private static final String SCALING = "cpufreq";
    private static final String THROTTLING = "thermal_throttle";
    private static final List<String> COUNTERS = List.of("core_throttle_count", "package_throttle_count");

    private final Path root;
    private final List<Path> cpus;
    private final boolean scales;

    /**
     * That of a file system.
     *
     * @param root of it
     */
    public CpuClock(Path root) {
        this.root = root;
        this.cpus = cpus(root.resolve(FOLDER));
        this.scales = cpus.stream().anyMatch(cpu -> Files.isDirectory(cpu.resolve(SCALING)));
    }

    /** That of this machine. */
    public static CpuClock ofMachine() {
        return new CpuClock(Path.of("/"));
    }

    private static List<Path> cpus(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> CPU.matcher(file.getFileName().toString()).matches()).sorted().toList();
        } catch (IOException absent) {
            return List.of();
        }
    }

    /**
     * MHz of the CPU that is the fastest now: those that have nothing to do slow down, which says nothing of what is measured. Nothing
     * where it is not visible.
     */
    OptionalDouble megahertz() {
        if (scales) {
            return most("scaling_cur_freq");
        }
        CpuInfo info = CpuInfo.of(root);
        return info.measures()
                ? info.megahertz().stream().mapToDouble(Double::doubleValue).max()
                : OptionalDouble.empty();
    }

    /** MHz that the system lets the fastest CPU have; nothing where it does not say. */
    OptionalDouble allowed() {
        return most("scaling_max_freq");
    }

    /** MHz that the fastest CPU can have; nothing where the system does not say. */
    OptionalDouble able() {
        return most("cpuinfo_max_freq");
    }

    /** Who decides about the frequency; several, of several CPUs, with commas between, or none. */
    String governor() {
        return cpus.stream()
                .flatMap(cpu -> text(cpu.resolve(SCALING).resolve("scaling_governor")).stream())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** Of kilohertz. */
    private OptionalDouble most(String name) {
        return cpus.stream()
                .flatMapToLong(cpu -> number(cpu.resolve(SCALING).resolve(name)).stream())
                .mapToDouble(kilohertz -> kilohertz / 1e3)
                .max();
    }

    /** Why no frequency is visible, where none is, as the end of a sentence. */
    String hidden() {
        Path folder = root.resolve(FOLDER);
        if (scales) {
            return folder + "/cpu*/" + SCALING + "/scaling_cur_freq has no number";
        }
        CpuInfo info = CpuInfo.of(root);
        return "the system has no " + folder + "/cpu*/" + SCALING
                + info.megahertz()
                        .stream()
                        .findFirst()
                        .map(nominal -> String.format(Locale.ROOT, " and knows the nominal %.0f MHz only", nominal))
                        .orElse("")
                + info.elsewhere("knows the frequency");
    }

    /** Why throttling is not visible, where it is not, as the end of a sentence. */
    String uncounted() {
        return "the system has no " + root.resolve(FOLDER) + "/cpu*/" + THROTTLING
                + CpuInfo.of(root).elsewhere("has the counters");
    }

    /** What all counters said, by their files. */
    record Counts(Map<Path, Long> counts) {
        Counts {
            counts = Map.copyOf(counts);
        }

        /**
         * Times that a CPU was slowed since other counts, at least: the most of any counter, since each CPU counts for itself what happens to
         * its core and to the package that it shares.
         */
        long since(Counts before) {
            return counts.entrySet()
                    .stream()
                    .mapToLong(entry -> entry.getValue() - before.counts.getOrDefault(entry.getKey(), entry.getValue()))
                    .max()
                    .orElse(0);
        }
    }

    /** Reads the counters; none where throttling is not visible. */
    Counts throttles() {
        Map<Path, Long> counts = new HashMap<>();
        for (Path cpu : cpus) {
            for (String counter : COUNTERS) {
                Path file = cpu.resolve(THROTTLING).resolve(counter);
                number(file).ifPresent(count -> counts.put(file, count));
            }
        }
        return new Counts(counts);
    }

    private static OptionalLong number(Path file) {
        try {
            return text(file).map(Long::parseLong).map(OptionalLong::of).orElse(OptionalLong.empty());
        } catch (NumberFormatException e) {
            // Linux writes <unknown> where a driver does not answer.
            return OptionalLong.empty();
        }
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
