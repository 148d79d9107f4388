package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lwjgl.opencl.CL10;

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

    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void dotsOfFourBytesAreRight(int k) {
        try (OpenedDevice device = TestDevice.open(
                Shape.GPU.with(Shape.Feature.MMA, Shape.Feature.DOT_KHR, Shape.Feature.DOT_EMULATED))) {
            assertArrayEquals(Probe.expected(k), Probe.computed(device, k));
        }
    }

    /** Whatever is asked for, a CPU has the shape of CPUs, and no compiler is asked for inline PTX that does not take it. */
    @Test
    void aDeviceGetsOnlyFeaturesThatItLists() {
        OpenClDevice facts = TestDevice.facts();
        OpenClDevice cpu = withType(facts, CL10.CL_DEVICE_TYPE_CPU);
        OpenClDevice gpu = withType(facts, CL10.CL_DEVICE_TYPE_GPU);
        String before = System.setProperty(Probe.PROPERTY, "untested");
        try {
            assertEquals(Shape.CPU, Probe.shape(cpu));
            assertEquals(Shape.GPU, Probe.shape(gpu));
        } finally {
            if (before == null) {
                System.clearProperty(Probe.PROPERTY);
            } else {
                System.setProperty(Probe.PROPERTY, before);
            }
        }
    }

    /** As if it had no extensions. */
    private static OpenClDevice withType(OpenClDevice f, long type) {
        return new OpenClDevice(f.handle(), f.index(), type, f.platform(), f.name(), f.version(), f.driver(),
                f.globalBytes(), f.largestBufferBytes(), f.localBytes(), f.computeUnits(), f.maxWorkGroup(),
                f.floats(), Set.of());
    }
}
