package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LinuxPagesTest {
    private static final Path MAPS = Path.of("/proc/self/smaps");
    private static final long BYTES = 5 * LinuxPages.PAGE + 1000;

    private final LinuxPages pages = new LinuxPages();

    @BeforeAll
    static void needsTheLibrary() {
        assumeTrue(NativeLoader.reason().isEmpty(), () -> NativeLoader.reason().orElse(""));
    }

    @Test
    void memoryIsZeroedAlignedAndAdvised() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = pages.allocate(BYTES, arena).orElseThrow();
            assertEquals(BYTES, memory.byteSize());
            assertEquals(0, memory.address() % LinuxPages.PAGE);
            for (long at = 0; at < BYTES; at += 512) {
                assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, at));
            }
            memory.fill((byte) 7);
            assertEquals(7, memory.get(ValueLayout.JAVA_BYTE, BYTES - 1));
            Optional<String> flags = flags(memory.address());
            assumeTrue(flags.isPresent() && Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/enabled")),
                    "this kernel does not tell of huge pages");
            assertTrue(flags.get().contains(" hg"), flags.get());
        }
    }

    @Test
    void closingTheArenaGivesTheMemoryBack() throws IOException {
        Arena arena = Arena.ofShared();
        MemorySegment memory = pages.allocate(BYTES, arena).orElseThrow();
        long address = memory.address();
        memory.fill((byte) 1);
        arena.close();
        assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        assertTrue(flags(address).filter(flags -> flags.contains(" hg")).isEmpty(), "still mapped");
    }

    @Test
    void whatTheSystemDoesNotHaveIsNothing() {
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(Optional.empty(), pages.allocate(0, arena));
            assertEquals(Optional.empty(), pages.allocate(Long.MAX_VALUE, arena));
            assertEquals(Optional.empty(), pages.allocate(1L << 60, arena));
        }
    }

    @Test
    void aClosedArenaTakesNothing() {
        Arena arena = Arena.ofConfined();
        arena.close();
        assertThrows(IllegalStateException.class, () -> pages.allocate(BYTES, arena));
    }

    /** The flags of the mapping that holds an address, as the kernel tells them. */
    private static Optional<String> flags(long address) throws IOException {
        assumeTrue(Files.isReadable(MAPS), "no " + MAPS);
        List<String> lines = Files.readAllLines(MAPS);
        boolean inside = false;
        for (String line : lines) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] range = line.substring(0, line.indexOf(' ')).split("-");
                inside = Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                        && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0;
            } else if (inside && line.startsWith("VmFlags:")) {
                return Optional.of(line);
            }
        }
        return Optional.empty();
    }
}
