package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of matrices as matrix instructions have them: their emulation, and what a probe compares with. */
class ProbeTest {
    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void theEmulationIsRight(int k) {
        try (OpenedDevice device = TestDevice.open(Shape.GPU.with(Shape.Feature.MMA))) {
            assertArrayEquals(Probe.expected(k), Probe.computed(device, k));
        }
    }

    /** What is expected must depend on every lane and word, or a wrong layout would pass. */
    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void resultsTellLanesApart(int k) {
        int[] expected = Probe.expected(k);
        assertEquals(expected.length, Arrays.stream(expected).distinct().count());
        assertFalse(Arrays.stream(expected).anyMatch(value -> Math.abs(value) > k * 128 * 128 + 32));
    }

    @Test
    void aCpuHasNoFeatures() {
        assertEquals(Set.of(), Shape.CPU.features());
        assertEquals(Set.of(Shape.Feature.MMA, Shape.Feature.MMA_PTX),
                Shape.GPU.with(Shape.Feature.MMA).with(Shape.Feature.MMA_PTX).features());
    }
}
