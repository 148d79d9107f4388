package dev.tegula.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loops that measure the machine compute what they say, here and on an emulated processor. */
class PeakLoopsTest {
    private static final long BYTES = 3 * PeakLoop.GRAIN;

    private static void verify(PeakLoops loops, PeakLoop loop) {
        long bytes = loop.multiplies() ? (long) PeakLoop.SUMS * loops.vectorBytes() : BYTES;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(bytes, PeakLoop.ALIGNMENT);
            MemorySegment y = arena.allocate(Math.max(bytes, PeakLoop.GRAIN), PeakLoop.ALIGNMENT);
            MemorySegment z = arena.allocate(BYTES, PeakLoop.ALIGNMENT);
            loop.fill(x, z);
            for (long passes : new long[]{1, 3}) {
                loop.verify(loops.bind(loop), y, x, z, loop.multiplies() ? 100 : BYTES, passes);
            }
            PeakLoop.Body nothing = (a, b, c, count, passes) -> {};
            assertThrows(IllegalStateException.class, () -> loop.verify(nothing, y, x, z, BYTES, 1));
        }
    }

    @Test
    void everyLoopComputesWhatItSays() {
        for (PeakLoops loops : PeakLoops.all()) {
            for (PeakLoop loop : PeakLoop.values()) {
                if (loops.unavailable(loop).isEmpty()) {
                    verify(loops, loop);
                } else if (loop == PeakLoop.BF16) {
                    assertTrue(loops.unavailable(loop).orElseThrow().length() > 20);
                }
            }
        }
    }

    @Test
    void everyLoopOfAArch64ComputesWhatItSays(@TempDir Path folder) throws Exception {
        Emulator.reason().ifPresent(reason -> assumeTrue(false, reason));
        try (Emulator emulator = new Emulator(folder, "max")) {
            for (PeakLoop loop : PeakLoop.values()) {
                verify(new PeakLoops(emulator.functions(Isa.NEON)), loop);
            }
            assertNull(emulator.failure());
        }
    }

    @Test
    void argumentsAreChecked() {
        PeakLoops loops = PeakLoops.all()
                .stream()
                .filter(l -> l.unavailable(PeakLoop.COPY).isEmpty())
                .findFirst()
                .orElse(null);
        assumeTrue(loops != null, "no native kernels here");
        PeakLoops.Bound copy = loops.bind(PeakLoop.COPY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(BYTES, PeakLoop.ALIGNMENT);
            MemorySegment y = arena.allocate(BYTES, PeakLoop.ALIGNMENT);
            copy.run(y, x, x, BYTES, 1);
            for (Runnable wrong : List.<Runnable>of(() -> copy.run(y, x, x, BYTES - 4, 1),
                    () -> copy.run(y, x, x, 2 * BYTES, 1), () -> copy.run(y, x, x, BYTES, 0),
                    () -> copy.run(y.asReadOnly(), x, x, BYTES, 1), () -> copy.run(x, x, y, BYTES, 1),
                    () -> copy.run(y.asSlice(4), x, x, PeakLoop.GRAIN, 1),
                    () -> copy.run(y, MemorySegment.ofArray(new long[100]), x, PeakLoop.GRAIN, 1))) {
                assertThrows(IllegalArgumentException.class, wrong::run);
            }
        }
    }

    @Test
    void avx2HasNoBf16() {
        PeakLoops avx2 = new PeakLoops(Functions.of(Isa.AVX2));
        assertTrue(avx2.unavailable(PeakLoop.BF16).isPresent());
        assertThrows(IllegalStateException.class, () -> avx2.bind(PeakLoop.BF16));
        NativeLoader cooperLake = new NativeLoader(null, Isa.AVX512.feature() | NativeLoader.BF16, false, null);
        assertTrue(cooperLake.reasonAgainstBf16().isEmpty());
        NativeLoader cascadeLake = new NativeLoader(null, Isa.AVX512.feature(), false, null);
        assertEquals("this CPU lacks dot products of BF16", cascadeLake.reasonAgainstBf16().orElseThrow());
    }
}
