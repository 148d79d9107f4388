package dev.tegula.opencl;

import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Setting;
import java.util.List;
import java.util.Optional;

/**
 * The OpenCL devices of this machine, or why there is none.
 *
 * @param devices all devices of all platforms; empty exactly when there is a refusal
 * @param refusal why there is no device
 */
record OpenClDevices(List<OpenClDevice> devices, Optional<Refusal> refusal) {
    /** Copies the list. */
    OpenClDevices {
        devices = List.copyOf(devices);
        if (devices.isEmpty() != refusal.isPresent()) {
            throw new IllegalArgumentException(devices.size() + " devices and refusal " + refusal);
        }
    }

    /** Asked once per JVM: loading a driver takes up to a second. */
    private static final class Once {
        static final OpenClDevices FOUND = find(System.getProperty(Probe.PROPERTY, ""));
    }

    /** The devices. Never throws; the first call loads the drivers. Thread-safe. */
    static OpenClDevices list() {
        return Once.FOUND;
    }

    /** The devices, or the refusal of a setting that {@link Probe#PROPERTY} cannot have. */
    static OpenClDevices find(String setting) {
        Optional<String> wrong = Setting.refuse(Probe.PROPERTY, setting, "untested");
        if (wrong.isPresent()) {
            return refused(wrong.get());
        }
        try {
            return new OpenClQuery().devices();
        } catch (LinkageError e) {
            // LWJGL is not on the path, or its own native library is not.
            return refused("LWJGL could not be used: " + e);
        } catch (RuntimeException e) {
            return refused("asking OpenCL for its devices failed: " + e);
        }
    }

    /** No devices, for a reason. */
    static OpenClDevices refused(String reason) {
        return new OpenClDevices(List.of(), Optional.of(new Refusal(OpenClKernel.ENGINE, reason)));
    }
}
