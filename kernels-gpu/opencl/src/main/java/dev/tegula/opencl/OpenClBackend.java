package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;

/** Devices of the OpenCL platforms that are installed; ids are {@code opencl:0} and so on, over all platforms. */
public final class OpenClBackend implements DeviceBackend {
    /** The backend's name. */
    public static final String NAME = "opencl";

    /** Made by the service loader. */
    public OpenClBackend() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return OpenClDevices.list().refusal();
    }

    @Override
    public List<DeviceInfo> devices() {
        return OpenClDevices.list().devices().stream().map(OpenClDevice::info).toList();
    }

    @Override
    public KernelProvider kernels() {
        return new OpenClKernels();
    }

    @Override
    public Device open(int index) {
        OpenClDevice device = OpenClDevices.list().devices().get(index);
        return OpenedDevice.open(device, Probe.shape(device), BinaryCache.ofUser());
    }
}
