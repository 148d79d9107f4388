package dev.tegula.opencl;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;

/** The OpenCL engine. It finds devices, has no kernels for them, and says so. */
public final class OpenClProvider implements KernelProvider {
    /** The engine's name in kernel ids. */
    public static final String ENGINE = "cl";

    /** Made by the kernel table. */
    public OpenClProvider() {}

    @Override
    public String engine() {
        return ENGINE;
    }

    /** Below the engines of the CPU, since the work would leave it. */
    @Override
    public int rank() {
        return 5;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return Optional.of(OpenClDevices.list()
                .refusal()
                .orElseGet(() -> new Refusal(ENGINE, "found "
                        + OpenClDevices.list().devices().stream().map(OpenClDevice::name).toList()
                        + ", but this version has no OpenCL kernels")));
    }

    @Override
    public List<KernelFactory> kernels() {
        return List.of();
    }
}
