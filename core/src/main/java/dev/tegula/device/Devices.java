package dev.tegula.device;

import dev.tegula.kernel.Refusal;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The devices of all backends on the class or module path. */
public final class Devices {
    private static final Pattern ID = Pattern.compile("([a-z]+)(?::([0-9]{1,4}))?");

    private Devices() {}

    /** The backends found, in the order of their names. Asks none of them for its devices. */
    public static List<DeviceBackend> backends() {
        return ServiceLoader.load(DeviceBackend.class, Devices.class.getClassLoader())
                .stream()
                .map(ServiceLoader.Provider::get)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    /**
     * Opens a device.
     *
     * @param id a backend's name, with a colon and the device's number if it is not the first: {@code opencl},
     *            {@code opencl:1}
     * @throws IllegalArgumentException when there is no such backend or device; the message has those that there are
     * @throws UnsupportedOperationException when the backend has no device here; the message has the reason
     * @throws DeviceException when the driver refuses, or a kernel cannot be built
     */
    public static Device open(String id) {
        return open(id, backends());
    }

    static Device open(String id, List<DeviceBackend> backends) {
        Matcher parts = ID.matcher(id);
        String names = backends.stream().map(DeviceBackend::name).collect(Collectors.joining(", "));
        if (!parts.matches()) {
            throw new IllegalArgumentException("device '" + id + "': must be a backend's name (" + names
                    + ") and perhaps a number, as in opencl:0");
        }
        DeviceBackend backend = backends.stream()
                .filter(b -> b.name().equals(parts.group(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("device '" + id + "': there is no such backend; "
                        + (names.isEmpty() ? "none is on the class path" : "there are " + names)));
        Refusal refusal = backend.unavailable().orElse(null);
        if (refusal != null) {
            throw new UnsupportedOperationException("device '" + id + "': " + refusal.reason());
        }
        int index = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
        List<DeviceInfo> devices = backend.devices();
        if (index >= devices.size()) {
            throw new IllegalArgumentException("device '" + id + "': " + backend.name() + " has "
                    + devices.stream().map(d -> d.id() + " (" + d.name() + ")").collect(Collectors.joining(", ")));
        }
        return backend.open(index);
    }
}
