package dev.tegula.tornado;

import dev.tegula.device.DeviceInfo;
import dev.tegula.kernel.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * The devices that TornadoVM sees on this machine, or why there is none.
 *
 * @param devices all devices of all its drivers; empty exactly when there is a refusal
 * @param refusal why there is no device
 */
record TornadoDevices(List<Found> devices, Optional<Refusal> refusal) {
    /** Elements are counted in 32 bits, and kernels count bytes of a block in them as well. */
    private static final long LARGEST = Integer.MAX_VALUE - 64;

    /**
     * A device.
     *
     * @param info its description
     * @param hardware TornadoVM's handle
     */
    record Found(DeviceInfo info, TornadoDevice hardware) {}

    /** Copies the list. */
    TornadoDevices {
        devices = List.copyOf(devices);
        if (devices.isEmpty() != refusal.isPresent()) {
            throw new IllegalArgumentException(devices.size() + " devices and refusal " + refusal);
        }
    }

    /** Asked once per JVM: loading the compiler takes a second or two. */
    private static final class Once {
        static final TornadoDevices FOUND = find();
    }

    /** The devices. Never throws; the first call loads TornadoVM. Thread-safe. */
    static TornadoDevices list() {
        return Once.FOUND;
    }

    private static TornadoDevices find() {
        try {
            Optional<String> refusal = Sdk.refusal().or(() -> Sdk.refusal(Sdk.version(TaskGraph.class.getModule())));
            if (refusal.isPresent()) {
                return refused(refusal.get());
            }
            Sdk.setUp();
            return ask();
        } catch (LinkageError e) {
            return refused("TornadoVM could not be used: " + deepest(e));
        } catch (RuntimeException e) {
            return refused("asking TornadoVM for its devices failed: " + deepest(e));
        }
    }

    /** The first cause, without the colours that TornadoVM gives its messages. */
    private static String deepest(Throwable e) {
        return e.getCause() == null ? e.toString().replaceAll("\u001B\\[[0-9;]*m", "") : deepest(e.getCause());
    }

    private static TornadoDevices ask() {
        List<Found> found = new ArrayList<>();
        for (TornadoBackend backend : TornadoExecutionPlan.getTornadoDeviceMap().getAllBackends()) {
            for (TornadoDevice device : backend.getAllDevices()) {
                found.add(new Found(info(found.size(), device), device));
            }
        }
        return found.isEmpty()
                ? refused("TornadoVM sees no device")
                : new TornadoDevices(found, Optional.empty());
    }

    private static DeviceInfo info(int index, TornadoDevice device) {
        String type = String.valueOf(device.getDeviceType());
        DeviceInfo.Kind kind = type.contains("GPU")
                ? DeviceInfo.Kind.GPU
                : type.contains("CPU") ? DeviceInfo.Kind.CPU : DeviceInfo.Kind.OTHER;
        String version = Sdk.version(TaskGraph.class.getModule());
        return new DeviceInfo(dev.tegula.tornado.TornadoBackend.NAME + ":" + index, kind,
                device.getPhysicalDevice().getDeviceName(),
                "TornadoVM " + version + ", " + device.getTornadoVMBackend() + ", " + device.getPlatformName(),
                device.getMaxGlobalMemory(), Math.min(LARGEST, device.getMaxAllocMemory()),
                List.of(device.getPhysicalDevice().getDeviceMaxComputeUnits() + " compute units",
                        "results within bounds, not bits (docs/NUMERICS.md)"));
    }

    /** No devices, for a reason. */
    static TornadoDevices refused(String reason) {
        return new TornadoDevices(List.of(), Optional.of(new Refusal(TornadoKernel.ENGINE, reason)));
    }
}
