package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.Optional;

/** Devices that TornadoVM sees, of all its drivers; ids are {@code tornado:0} and so on. */
public final class TornadoBackend implements DeviceBackend {
    /** The backend's name. */
    public static final String NAME = "tornado";

    /** Made by the service loader. */
    public TornadoBackend() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return TornadoDevices.list().refusal();
    }

    @Override
    public List<DeviceInfo> devices() {
        return TornadoDevices.list().devices().stream().map(TornadoDevices.Found::info).toList();
    }

    @Override
    public KernelProvider kernels() {
        return new TornadoKernels();
    }

    @Override
    public Device open(int index) {
        TornadoDevices.Found device = TornadoDevices.list().devices().get(index);
        return new OpenedDevice(device.info(), device.hardware());
    }
}
