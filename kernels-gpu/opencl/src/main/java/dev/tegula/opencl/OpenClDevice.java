package dev.tegula.opencl;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A device of an OpenCL platform, as it describes itself.
 *
 * @param index position in the list of all devices of all platforms
 * @param platform name of the platform, for example "Portable Computing Language"
 * @param name name of the device
 * @param vendor who made it
 * @param version OpenCL version, "OpenCL 3.0 …"
 * @param driver version of the driver
 * @param globalBytes bytes of its memory
 * @param largestBufferBytes bytes of the largest buffer
 * @param localBytes bytes of memory that the work-items of a group share
 * @param computeUnits groups that can run at the same time
 * @param maxWorkGroup work-items of a group at most
 * @param capabilities what it can do beyond the baseline
 */
public record OpenClDevice(int index, String platform, String name, String vendor, String version, String driver,
        long globalBytes, long largestBufferBytes, long localBytes, int computeUnits, long maxWorkGroup,
        Set<OpenClCapability> capabilities) {
    /** Copies the set. */
    public OpenClDevice {
        capabilities = Set.copyOf(capabilities);
    }

    /** The capabilities that a list of extensions, separated by blanks, announces. */
    static Set<OpenClCapability> capabilities(String extensions) {
        // A set of its own kind: drivers name an extension twice at times, which Set.of refuses.
        Set<String> names = new HashSet<>(List.of(extensions.trim().split("\\s+")));
        Set<OpenClCapability> found = EnumSet.noneOf(OpenClCapability.class);
        for (OpenClCapability capability : OpenClCapability.values()) {
            if (names.contains(capability.extension())) {
                found.add(capability);
            }
        }
        return found;
    }

    @Override
    public String toString() {
        return "%d: %s (%s), %s, driver %s, %d compute units, %d MiB, %d KiB local, work-groups of %d, %s".formatted(
                index, name, platform, version, driver, computeUnits, globalBytes >> 20, localBytes >> 10, maxWorkGroup,
                capabilities.stream().sorted().toList());
    }
}
