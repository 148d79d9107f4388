package dev.tegula.opencl;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernels of an open device, or of a list. */
final class OpenClKernels implements KernelProvider {
    private static final List<OpenClKernel> ALL = Stream
            .of(LinearOps.kernels(), RowOps.kernels(), CacheOps.kernels())
            .flatMap(List::stream)
            .toList();

    private final List<KernelFactory> kernels;
    private final boolean listed;

    /** The kernels of a device. */
    OpenClKernels(OpenedDevice device) {
        this.listed = false;
        this.kernels = ALL.stream().<KernelFactory>map(kernel -> kernel.on(device)).toList();
    }

    /** All kernels, of no device. */
    OpenClKernels() {
        this.listed = true;
        this.kernels = List.copyOf(ALL);
    }

    @Override
    public String engine() {
        return OpenClKernel.ENGINE;
    }

    /** Below the engines of the CPU, since the work would leave it. */
    @Override
    public int rank() {
        return 5;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return listed ? OpenClDevices.list().refusal() : Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        return kernels;
    }
}
