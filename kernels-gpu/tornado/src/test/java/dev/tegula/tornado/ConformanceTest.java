package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.suite.DeviceConformanceSuite;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

    /** The first, the last, and one between; and of attention all with a soft cap. */
    @Override
    protected List<KernelRequest> requests(KernelFactory kernel) {
        List<KernelRequest> all = super.requests(kernel);
        Stream<KernelRequest> some = IntStream.range(0, REQUESTS)
                .mapToObj(i -> all.get((all.size() - 1) * i / (REQUESTS - 1)));
        Stream<KernelRequest> capped = all.stream()
                .filter(request -> request.op() instanceof Op.Attention op && op.scoring().softCap() > 0);
        return Stream.concat(some, capped).distinct().toList();
    }
}
