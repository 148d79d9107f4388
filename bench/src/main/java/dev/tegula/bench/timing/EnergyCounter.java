package dev.tegula.bench.timing;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The energy that the processor's packages and, where the platform counts it apart, their memory have used, by Linux's powercap
 * (Documentation/power/powercap in its sources): {@code intel-rapl:N} for each package, on processors of AMD too, with memory as the zone
 * {@code dram} below it. It counts whole packages: idle cores and everybody's work are in it.
 */
public final class EnergyCounter {
    private static final String FOLDER = "sys/class/powercap";
    /** A package, or what is below one; {@code intel-rapl-mmio:N} are the same packages once more. */
    private static final Pattern ZONE = Pattern.compile("intel-rapl:\\d+(:\\d+)?");
    private static final String PACKAGE = "package";
    /** No part of the package that it is below; cores and graphics are. */
    private static final String MEMORY = "dram";

    private final List<Zone> zones = new ArrayList<>();
    private final Optional<String> reason;

    /** A counter's file, and how many microjoules it counts before it begins again at 0. */
    private record Zone(Path file, long range) {}

    /**
     * That of a file system.
     *
     * @param root of it
     */
    public EnergyCounter(Path root) {
        reason = open(root);
    }

    /** That of this machine. */
    public static EnergyCounter ofMachine() {
        return new EnergyCounter(Path.of("/"));
    }

    private Optional<String> open(Path root) {
        Path folder = root.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return Optional.of("the system has no " + folder + CpuInfo.of(root).elsewhere("has the counter"));
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> ZONE.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
            for (Path zone : found) {
                String name = text(zone.resolve("name"));
                if (name.startsWith(PACKAGE) || name.equals(MEMORY)) {
                    Zone counter = new Zone(zone.resolve("energy_uj"), number(zone.resolve("max_energy_range_uj")));
                    number(counter.file());
                    zones.add(counter);
                }
            }
        } catch (IOException e) {
            zones.clear();
            return Optional.of(e.getMessage());
        }
        return zones.isEmpty()
                ? Optional.of(folder + " has no counter of a package" + CpuInfo.of(root).elsewhere("has the counter"))
                : Optional.empty();
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (AccessDeniedException e) {
            throw new IOException(file + " is for root only ('chmod a+r' of it holds until the next start)", e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static long number(Path file) throws IOException {
        String text = text(file);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(file + " has no number but '" + text + "'", e);
        }
    }

    /** Why there is none here, as the end of a sentence, or nothing. */
    public Optional<String> unavailable() {
        return reason;
    }

    /** What all zones have counted, microjoules each. */
    public record Reading(List<Long> micros) {
        public Reading {
            micros = List.copyOf(micros);
        }
    }

    /**
     * Reads it.
     *
     * @throws IllegalStateException when it is {@link #unavailable}, or can no longer be read
     */
    public Reading read() {
        reason.ifPresent(why -> {
            throw new IllegalStateException("no energy counter: " + why);
        });
        List<Long> micros = new ArrayList<>();
        try {
            for (Zone zone : zones) {
                micros.add(number(zone.file()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the energy counter is gone: " + e.getMessage(), e);
        }
        return new Reading(micros);
    }

    /**
     * Joules that all zones together used from a reading to a later one, between which none has begun again at 0 more than once: a package
     * at 200 W does so every 20 minutes, or every 5 on some.
     */
    public double joules(Reading before, Reading after) {
        long micros = 0;
        for (int i = 0; i < zones.size(); i++) {
            long used = after.micros().get(i) - before.micros().get(i);
            micros += used < 0 ? used + zones.get(i).range() : used;
        }
        return micros / 1e6;
    }
}
