package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the system's description of its CPUs. */
class CpuTest {
    @TempDir
    private Path root;

    @Test
    void namesX86WithItsNumbers() throws IOException {
        write("proc/cpuinfo", """
                processor\t: 0
                vendor_id\t: AuthenticAMD
                cpu family\t: 25
                model\t\t: 17
                model name\t: AMD EPYC 9354 32-Core Processor
                stepping\t: 1
                cpu MHz\t\t: 3249.998

                processor\t: 1
                model name\t: another
                """);
        cache(0, 1, "32K");
        cache(1, 1, "32K");
        cache(2, 2, "1024K");
        cache(3, 3, "32M");
        assertEquals("AuthenticAMD AMD EPYC 9354 32-Core Processor cpu family 25 model 17 stepping 1", Cpu.name(root));
        assertEquals(1 << 20, Cpu.cacheBytes(root));
        write("sys/devices/system/cpu/cpu0/cache/index0/type", "Instruction\n");
        cache(1, 1, "48K");
        write("sys/devices/system/cpu/cpu0/cache/index1/type", "Data\n");
        assertEquals(48 << 10, Cpu.cacheBytes(root, 1));
        assertEquals(32 << 20, Cpu.cacheBytes(root, 3));
        assertEquals(0, Cpu.cacheBytes(root, 4));
    }

    @Test
    void namesAArch64ByItsParts() throws IOException {
        write("proc/cpuinfo", """
                processor\t: 0
                CPU implementer\t: 0x41
                CPU part\t: 0xd4f
                CPU revision\t: 0
                """);
        cache(0, 2, "2M");
        assertEquals("CPU implementer 0x41 CPU part 0xd4f CPU revision 0", Cpu.name(root));
        assertEquals(2 << 20, Cpu.cacheBytes(root));
    }

    @Test
    void whatIsMissingOrOddIsLeftOut() throws IOException {
        assertEquals("", Cpu.name(root));
        assertEquals(0, Cpu.cacheBytes(root));
        write("proc/cpuinfo", "no colon\n: no name\n");
        assertEquals("", Cpu.name(root));
        for (String odd : new String[]{"many", "", "K", "3G", "99999999999K"}) {
            cache(0, 2, odd);
            assertEquals(0, Cpu.cacheBytes(root), odd);
        }
    }

    private void cache(int index, int level, String size) throws IOException {
        String folder = "sys/devices/system/cpu/cpu0/cache/index" + index + "/";
        write(folder + "level", level + "\n");
        write(folder + "size", size + "\n");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
