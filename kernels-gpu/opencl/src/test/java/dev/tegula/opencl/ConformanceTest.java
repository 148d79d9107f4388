package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceConformanceSuite;
import dev.tegula.kernel.KernelFactory;
import java.util.List;

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
}
