package dev.tegula.cli;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBackend;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.Devices;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What {@code --device} means. */
final class DeviceChoice {
    /** No device but the processor, and this program's own kernels. */
    static final String CPU = "cpu";
    private static final String AUTO = "auto";
    /** The backend that is built only where its SDK is. */
    static final String TORNADO = "tornado";
    private static final Pattern ASKS_FOR_TORNADO = Pattern.compile(TORNADO + "(:[0-9]+)?");

    private DeviceChoice() {}

    /**
     * Opens the device that is asked for.
     *
     * @param id cpu, auto, or a device's id
     * @return nothing for the processor
     * @throws ParameterException if there is no such device
     * @throws UnsupportedOperationException if its backend has none here, or was not built, with the reason
     */
    static Optional<Device> open(CommandLine command, String id) {
        return switch (id) {
            case CPU -> Optional.empty();
            case AUTO -> firstGpu().map(gpu -> Devices.open(gpu.id()));
            default -> {
                Optional<String> notBuilt = tornadoNotBuilt();
                if (ASKS_FOR_TORNADO.matcher(id).matches() && notBuilt.isPresent()) {
                    throw new UnsupportedOperationException("device '" + id + "': " + notBuilt.get());
                }
                try {
                    yield Optional.of(Devices.open(id));
                } catch (IllegalArgumentException e) {
                    throw new ParameterException(command, "--device: " + e.getMessage(), e);
                }
            }
        };
    }

    /** Why there is no backend for TornadoVM, or nothing where there is one. */
    static Optional<String> tornadoNotBuilt() {
        return Devices.backends().stream().anyMatch(backend -> backend.name().equals(TORNADO))
                ? Optional.empty()
                : Optional.of("this build has no TornadoVM: set TORNADOVM_HOME to the folder of an SDK and run ./tegula"
                        + " again, or build with ./mvnw -Dtornado.home=FOLDER package (docs/GPU.md)");
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
