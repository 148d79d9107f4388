package dev.tegula.device;

import java.util.List;

/**
 * A device as its backend describes it.
 *
 * @param id by which users ask for it: the backend's name and the device's number there, {@code opencl:0}
 * @param kind what it is
 * @param name name of the device
 * @param platform what drives it, with versions
 * @param memoryBytes bytes of its memory
 * @param largestBufferBytes bytes of the largest buffer that it allocates
 * @param capabilities what it can do beyond the least that kernels need, in words of the backend
 */
public record DeviceInfo(String id, Kind kind, String name, String platform, long memoryBytes, long largestBufferBytes,
        List<String> capabilities) {
    /** Kinds of devices. */
    public enum Kind {
        /** The processor that the JVM runs on too, through the backend's driver. */
        CPU,
        /** A graphics processor. */
        GPU,
        /** Anything else. */
        OTHER
    }

    /** Copies the list. */
    public DeviceInfo {
        capabilities = List.copyOf(capabilities);
    }
}
