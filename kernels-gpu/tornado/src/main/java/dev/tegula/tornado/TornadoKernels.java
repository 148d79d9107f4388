package dev.tegula.tornado;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernels of an open device, or of a list. */
final class TornadoKernels implements KernelProvider {
    private final List<KernelFactory> kernels;
    private final boolean listed;

    /** The kernels of a device. */
    TornadoKernels(OpenedDevice device) {
        this.listed = false;
        this.kernels = all().<KernelFactory>map(kernel -> kernel.on(device)).toList();
    }

    /** All kernels, of no device. */
    TornadoKernels() {
        this.listed = true;
        this.kernels = all().<KernelFactory>map(kernel -> kernel).toList();
    }

    private static Stream<TornadoKernel> all() {
        return Stream.of(LinearOps.kernels(), RowOps.kernels(), CacheOps.kernels()).flatMap(List::stream);
    }

    @Override
    public String engine() {
        return TornadoKernel.ENGINE;
    }

    /** Below the engines of the CPU, since the work would leave it, and below OpenCL's kernels, which are exact. */
    @Override
    public int rank() {
        return 4;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return listed ? TornadoDevices.list().refusal() : Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        return kernels;
    }
}
