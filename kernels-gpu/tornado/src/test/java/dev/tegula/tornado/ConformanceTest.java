package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceConformanceSuite;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import java.util.List;
import java.util.stream.IntStream;

/** On TornadoVM. */
class ConformanceTest extends DeviceConformanceSuite {
    /** Each call is compiled anew, so of a kernel's requests only so many are made here; verify-kernels makes all. */
    private static final int REQUESTS = 3;

    @Override
    protected Device open() {
        return TestDevice.open();
    }

    @Override
    protected List<KernelFactory> kernels() {
        return new TornadoKernels().kernels();
    }

    /** The first, the last, and those between. */
    @Override
    protected List<KernelRequest> requests(KernelFactory kernel) {
        List<KernelRequest> all = super.requests(kernel);
        return IntStream.range(0, REQUESTS)
                .mapToObj(i -> all.get((all.size() - 1) * i / (REQUESTS - 1)))
                .distinct()
                .toList();
    }
}
