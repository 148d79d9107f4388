package dev.tegula.device;

import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;

/** A way to reach devices: OpenCL, TornadoVM. Found with {@link java.util.ServiceLoader}. Thread-safe. */
public interface DeviceBackend {
    /** Its name, as ids of devices begin with it: {@code opencl}. */
    String name();

    /** Why it has no device here, or nothing when it has. Never throws; the first call may load drivers for a second. */
    Optional<Refusal> unavailable();

    /** Its devices, in the order of their numbers; empty exactly when it is unavailable. */
    List<DeviceInfo> devices();

    /**
     * All its kernels, for lists and documents, also where it has no device; {@link KernelProvider#unavailable} then says
     * why. They cannot be bound: those of an open {@link Device} can.
     */
    KernelProvider kernels();

    /**
     * Opens a device.
     *
     * @param index its number, 0 … devices − 1
     * @throws IndexOutOfBoundsException when there is no such device
     * @throws DeviceException when the driver refuses, or a kernel cannot be built
     */
    Device open(int index);
}
