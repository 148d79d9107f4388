package dev.tegula.cli;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.Devices;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What {@code --device} means. */
final class DeviceChoice {
    /** No device but the processor, and this program's own kernels. */
    static final String CPU = "cpu";
    private static final String AUTO = "auto";

    private DeviceChoice() {}

    /**
     * Opens the device that is asked for.
     *
     * @param id cpu, auto, or a device's id
     * @return nothing for the processor
     * @throws ParameterException if there is no such device
     * @throws UnsupportedOperationException if its backend has none here, with the reason
     */
    static Optional<Device> open(CommandLine command, String id) {
        return switch (id) {
            case CPU -> Optional.empty();
            case AUTO -> firstGpu().map(gpu -> Devices.open(gpu.id()));
            default -> {
                try {
                    yield Optional.of(Devices.open(id));
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(command, "--device: " + e.getMessage(), e);
                }
            }
        };
    }

    private static Optional<DeviceInfo> firstGpu() {
        return Devices.backends()
                .stream()
                .map(DeviceBackend::devices)
                .flatMap(List::stream)
                .filter(device -> device.kind() == DeviceInfo.Kind.GPU)
                .findFirst();
    }
}
