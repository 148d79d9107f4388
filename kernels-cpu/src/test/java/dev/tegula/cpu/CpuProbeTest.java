package dev.tegula.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelTable;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Test;

class CpuProbeTest {
    @Test
    void acceptsThisJvm() {
        assertTrue(CpuProbe.reason().isEmpty(), () -> CpuProbe.reason().orElseThrow());
        assertTrue(new CpuKernelProvider().unavailable().isEmpty());
    }

    @Test
    void namesTheFlagOfEachObstacle() {
        assertTrue(CpuProbe.compilerReason("OpenJDK 64-Bit Server VM", "interpreted mode")
                .orElseThrow()
                .contains("-Xint"));
        assertTrue(CpuProbe.compilerReason("OpenJDK 64-Bit Server VM", "mixed mode, emulated-client")
                .orElseThrow()
                .contains("-XX:TieredStopAtLevel"));
        assertTrue(CpuProbe.compilerReason("Eclipse OpenJ9 VM", "").orElseThrow().contains("Eclipse OpenJ9"));
        assertTrue(CpuProbe.compilerReason("OpenJDK 64-Bit Server VM", "mixed mode, sharing").isEmpty());
    }

    @Test
    void widthIsWhatThePropertySays() {
        String asked = System.getProperty(Lanes.PROPERTY);
        int bits = asked == null
                ? Math.min(512, VectorShape.preferredShape().vectorBitSize())
                : Integer.parseInt(asked);
        assertEquals(bits, Lanes.SHAPE.vectorBitSize());
        assertEquals(VectorShape.S_128_BIT, Width.shape("128", VectorShape.S_256_BIT));
        assertEquals(VectorShape.S_256_BIT, Width.shape("", VectorShape.S_256_BIT));
        assertThrows(IllegalStateException.class, () -> Width.shape("512", VectorShape.S_256_BIT));
        assertThrows(IllegalStateException.class, () -> Width.shape("64", VectorShape.S_256_BIT));
    }

    /** A width that no machine has is a mistake; one that this machine lacks is a reason for the engine to refuse. */
    @Test
    void aWidthThatNoMachineHasIsAnError() {
        String before = System.getProperty(Lanes.PROPERTY);
        try {
            for (String bits : new String[]{"100", "abc"}) {
                System.setProperty(Lanes.PROPERTY, bits);
                assertEquals("-Dtegula.vector.bits=" + bits + ": must be 128, 256 or 512",
                        assertThrows(IllegalArgumentException.class, KernelTable::load).getMessage());
            }
        } finally {
            if (before == null) {
                System.clearProperty(Lanes.PROPERTY);
            } else {
                System.setProperty(Lanes.PROPERTY, before);
            }
        }
        KernelTable.load();
    }

    /** The engine then refuses, like one that lacks a module. */
    @Test
    void saysWhyAWidthCannotBeHad() {
        assertEquals("-Dtegula.vector.bits=512: this CPU has at most 256 bits",
                Width.reason("512", VectorShape.S_256_BIT).orElseThrow());
        assertEquals("-Dtegula.vector.bits=64: must be 128, 256 or 512",
                Width.reason("64", VectorShape.S_256_BIT).orElseThrow());
        assertTrue(Width.reason("256", VectorShape.S_256_BIT).isEmpty());
        assertTrue(Width.reason("", VectorShape.S_256_BIT).isEmpty());
    }
}
