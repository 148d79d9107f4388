package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a tree of files like Linux's. */
class EnergyCounterTest {
    @TempDir
    Path root;

    private Path zone(String zone, String name, long range, long micros) throws IOException {
        Path folder = Files.createDirectories(root.resolve("sys/class/powercap").resolve(zone));
        Files.writeString(folder.resolve("name"), name + "\n");
        Files.writeString(folder.resolve("max_energy_range_uj"), range + "\n");
        return Files.writeString(folder.resolve("energy_uj"), micros + "\n");
    }

    private String reason() {
        EnergyCounter counter = new EnergyCounter(root);
        assertTrue(assertThrows(IllegalStateException.class, counter::read).getMessage()
                .contains(counter.unavailable().orElseThrow()));
        return counter.unavailable().get();
    }

    @Test
    void packagesAndTheirMemoryAreAddedUp() throws IOException {
        Path first = zone("intel-rapl:0", "package-0", 1_000_000_000, 5_000_000);
        Path cores = zone("intel-rapl:0:0", "core", 1_000_000_000, 3_000_000);
        Path memory = zone("intel-rapl:0:1", "dram", 1_000_000_000, 2_000_000);
        Path second = zone("intel-rapl:1", "package-1", 1_000_000_000, 7_000_000);
        Path platform = zone("intel-rapl:2", "psys", 1_000_000_000, 0);
        Path again = zone("intel-rapl-mmio:0", "package-0", 1_000_000_000, 5_000_000);
        EnergyCounter counter = new EnergyCounter(root);
        EnergyCounter.Reading before = counter.read();
        Files.writeString(first, "6500000\n");
        Files.writeString(memory, "2250000\n");
        Files.writeString(second, "7125000\n");
        // Parts of a package, what holds all packages, and another way to the same one.
        Files.writeString(cores, "4000000\n");
        Files.writeString(platform, "99000000\n");
        Files.writeString(again, "6500000\n");
        assertEquals(1.875, counter.joules(before, counter.read()), 1e-12);
        assertEquals(0, counter.joules(before, before));
    }

    @Test
    void countersBeginAgainAtTheirRange() throws IOException {
        Path first = zone("intel-rapl:0", "package-0", 65_532_610_987L, 65_532_000_000L);
        zone("intel-rapl:1", "package-1", 262_143_328_850L, 1_000_000);
        EnergyCounter counter = new EnergyCounter(root);
        EnergyCounter.Reading before = counter.read();
        Files.writeString(first, "389013\n");
        assertEquals(1.0, counter.joules(before, counter.read()), 1e-12);
    }

    @Test
    void anAbsentTreeIsAReason() throws IOException {
        assertTrue(reason().startsWith("the system has no ") && reason().endsWith("sys/class/powercap"), reason());
        Files.createDirectories(root.resolve("proc"));
        Files.writeString(root.resolve("proc/cpuinfo"), "processor\t: 0\nflags\t\t: fpu sse hypervisor\n");
        assertTrue(reason().endsWith(": it is a virtual machine, whose host has the counter"), reason());
        Files.createDirectories(root.resolve("sys/class/powercap/intel-rapl"));
        assertTrue(reason().contains(" has no counter of a package: it is a virtual machine"), reason());
        zone("intel-rapl:0", "psys", 1, 1);
        assertTrue(reason().contains(" has no counter of a package"), reason());
    }

    @Test
    void filesThatCannotBeReadAreAReason() throws IOException {
        Path energy = zone("intel-rapl:0", "package-0", 1000, 5);
        EnergyCounter counter = new EnergyCounter(root);
        assertEquals(5, counter.read().micros().getFirst());
        Files.writeString(energy, "much\n");
        assertTrue(reason().endsWith("energy_uj has no number but 'much'"), reason());
        Files.delete(energy);
        assertTrue(reason().contains("energy_uj cannot be read: "), reason());
        assertTrue(assertThrows(IllegalStateException.class, counter::read).getMessage()
                .startsWith("the energy counter is gone: "));
        Files.createDirectory(energy);
        assertTrue(reason().contains("energy_uj cannot be read: "), reason());
    }

    @Test
    void permissionIsAskedForByName() throws IOException {
        Path energy = zone("intel-rapl:0", "package-0", 1000, 5);
        Files.setPosixFilePermissions(energy, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(energy), "this user may read everything");
        assertTrue(reason().contains("energy_uj is for root only"), reason());
    }
}
