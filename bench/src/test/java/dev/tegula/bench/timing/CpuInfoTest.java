package dev.tegula.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuInfoTest {
    @TempDir
    Path root;

    private CpuInfo of(String text) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("proc")).resolve("cpuinfo"), text);
        return CpuInfo.of(root);
    }

    @Test
    void readsEachCpu() throws IOException {
        CpuInfo info = of("processor\t: 0\ncpu MHz\t\t: 2596.098\nflags\t\t: fpu aperfmperf\n\n"
                + "processor\t: 1\ncpu MHz\t\t: 3100.5\nflags\t\t: fpu aperfmperf\n");
        assertEquals(new CpuInfo(Set.of("fpu", "aperfmperf"), List.of(2596.098, 3100.5)), info);
        assertTrue(info.measures());
        assertEquals("", info.elsewhere("has the counter"));
    }

    @Test
    void guestsAreKnown() throws IOException {
        CpuInfo info = of("flags\t\t: fpu hypervisor\n");
        assertFalse(info.measures());
        assertEquals(": it is a virtual machine, whose host has the counter", info.elsewhere("has the counter"));
    }

    @Test
    void nothingIsKnownWhereNothingIsSaid() throws IOException {
        assertEquals(new CpuInfo(Set.of(), List.of()), CpuInfo.of(root));
        assertEquals(new CpuInfo(Set.of(), List.of()), of("cpu MHz\t\t: unknown\n"));
        assertEquals(new CpuInfo(Set.of(), List.of()), of("Features\t: fp asimd\n"));
    }
}
