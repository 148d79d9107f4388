package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceConformanceSuite;
import dev.tegula.kernel.KernelFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On OpenCL. */
class ConformanceTest extends DeviceConformanceSuite {
    @Override
    protected Device open() {
        return TestDevice.open();
    }

    @Override
    protected List<KernelFactory> kernels() {
        return new OpenClKernels().kernels();
    }

    /** Else they would be held to bounds instead of bits. */
    @Test
    void allAreExact() {
        assertTrue(kernels().stream().allMatch(KernelFactory::isExact));
    }
}
