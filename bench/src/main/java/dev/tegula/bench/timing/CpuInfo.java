package dev.tegula.bench.timing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Linux's {@code /proc/cpuinfo} says of x86 processors; nothing where there is no such file.
 *
 * @param flags what they can do
 * @param megahertz of each
 */
record CpuInfo(Set<String> flags, List<Double> megahertz) {
    /** Set in virtual machines. */
    private static final String GUEST = "hypervisor";
    /** Registers that count cycles: without them and without cpufreq Linux states the nominal frequency. */
    private static final String CYCLES = "aperfmperf";

    CpuInfo {
        flags = Set.copyOf(flags);
        megahertz = List.copyOf(megahertz);
    }

    /**
     * Reads it.
     *
     * @param root of the file system
     */
    static CpuInfo of(Path root) {
        Set<String> flags = new HashSet<>();
        List<Double> megahertz = new ArrayList<>();
        try (Stream<String> lines = Files.lines(root.resolve("proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            lines.forEach(line -> {
                String value = line.substring(line.indexOf(':') + 1).strip();
                if (line.startsWith("flags")) {
                    flags.addAll(List.of(value.split(" +")));
                } else if (line.startsWith("cpu MHz")) {
                    megahertz.add(Double.parseDouble(value));
                }
            });
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            // What has been read by then is what is known.
        }
        return new CpuInfo(flags, megahertz);
    }

    /** Whether the frequencies are measured, so that they change with what the processor does. */
    boolean measures() {
        return flags.contains(CYCLES);
    }

    /**
     * Why something is not here, where that is known, as the end of a sentence.
     *
     * @param has what the host has, or knows: a verb and what it is
     */
    String elsewhere(String has) {
        return flags.contains(GUEST) ? ": it is a virtual machine, whose host " + has : "";
    }
}
