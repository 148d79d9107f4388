package dev.tegula.cpu.attn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTest {
    static Stream<KernelFactory> factories() {
        return AttnFactories.all().stream();
    }

    @ParameterizedTest
    @MethodSource("factories")
    void bitsOfTheTwin(KernelFactory factory) {
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    /** All 65536 values, among neighbours that take the fast path and neighbours that do not. */
    @Test
    void widensEveryF16() {
        try (Arena arena = Arena.ofConfined()) {
            int n = 1 << 16;
            MemorySegment half = arena.allocate(2L * n, 64);
            MemorySegment single = arena.allocate(4L * n, 64);
            for (int stride : new int[]{1, 12345}) {
                for (int i = 0; i < n; i++) {
                    half.set(ValueLayout.JAVA_SHORT, 2L * i, (short) (i * stride));
                }
                Widen.f16(half, 0, single, 0, n);
                for (int i = 0; i < n; i++) {
                    float right = Float.float16ToFloat((short) (i * stride));
                    float got = single.get(ValueLayout.JAVA_FLOAT, 4L * i);
                    assertEquals(Float.floatToIntBits(right), Float.floatToIntBits(got), "F16 bits " + i * stride);
                }
            }
        }
    }
}
