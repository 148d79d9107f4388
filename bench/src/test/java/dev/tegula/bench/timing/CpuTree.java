package dev.tegula.bench.timing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree of files like Linux's, of CPUs whose frequency is visible. */
final class CpuTree {
    private final Path root;

    CpuTree(Path root) {
        this.root = root;
    }

    /** Writes a file of a CPU. */
    void write(int cpu, String file, Object text) throws IOException {
        Path path = root.resolve("sys/devices/system/cpu/cpu" + cpu).resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }

    /** Sets the frequencies of the first CPUs. */
    void kilohertz(long... each) throws IOException {
        for (int cpu = 0; cpu < each.length; cpu++) {
            write(cpu, "cpufreq/scaling_cur_freq", each[cpu]);
        }
    }

    /** Sets a CPU's counters. */
    void throttles(int cpu, long core, long shared) throws IOException {
        write(cpu, "thermal_throttle/core_throttle_count", core);
        write(cpu, "thermal_throttle/package_throttle_count", shared);
    }

    /** Writes what there is beside. */
    void info(String text) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("proc")).resolve("cpuinfo"), text);
    }
}
