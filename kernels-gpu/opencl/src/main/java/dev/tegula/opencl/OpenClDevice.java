package dev.tegula.opencl;

import dev.tegula.device.DeviceInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL12;

/**
 * A device of an OpenCL platform, as it describes itself.
 *
 * @param handle its handle, which lives as long as the JVM
 * @param index position in the list of all devices of all platforms
 * @param type bits of CL_DEVICE_TYPE
 * @param platform name of the platform, for example "Portable Computing Language"
 * @param name name of the device
 * @param version OpenCL version, "OpenCL 3.0 …"
 * @param driver version of the driver
 * @param globalBytes bytes of its memory
 * @param largestBufferBytes bytes of the largest buffer
 * @param localBytes bytes of memory that the work-items of a group share
 * @param computeUnits groups that can run at the same time
 * @param maxWorkGroup work-items of a group at most
 * @param floats bits of CL_DEVICE_SINGLE_FP_CONFIG
 * @param extensions names of its extensions
 */
record OpenClDevice(long handle, int index, long type, String platform, String name, String version, String driver,
        long globalBytes, long largestBufferBytes, long localBytes, int computeUnits, long maxWorkGroup, long floats,
        Set<String> extensions) {
    private static final String DOUBLE = "cl_khr_fp64";
    /** What messages and lists show of the extensions. */
    private static final List<String> SHOWN = List.of(DOUBLE, "cl_khr_fp16", "cl_khr_subgroups",
            "cl_khr_integer_dot_product");

    /** Copies the set. */
    OpenClDevice {
        extensions = Set.copyOf(extensions);
    }

    /** The extensions in a list of them, separated by blanks; drivers name one twice at times. */
    static Set<String> extensions(String list) {
        Set<String> names = new HashSet<>(List.of(list.trim().split("\\s+")));
        names.remove("");
        return names;
    }

    /** By which users ask for it. */
    String id() {
        return OpenClBackend.NAME + ":" + index;
    }

    /** What kind of device it is. */
    DeviceInfo.Kind kind() {
        if ((type & CL10.CL_DEVICE_TYPE_GPU) != 0) {
            return DeviceInfo.Kind.GPU;
        }
        return (type & CL10.CL_DEVICE_TYPE_CPU) != 0 ? DeviceInfo.Kind.CPU : DeviceInfo.Kind.OTHER;
    }

    /** Whether it can round divisions and square roots to nearest. */
    boolean roundsDivisions() {
        return (floats & CL12.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    }

    /** Why it cannot have our bits, or nothing. */
    Optional<String> lacks(Set<OpenClKernel.Need> needs) {
        long always = CL10.CL_FP_DENORM | CL10.CL_FP_INF_NAN | CL10.CL_FP_ROUND_TO_NEAREST;
        if ((floats & always) != always) {
            return Optional.of(name + " does not keep subnormal numbers, infinities and NaN");
        }
        if (needs.contains(OpenClKernel.Need.DIVISION) && !roundsDivisions()) {
            return Optional.of(name + " does not round divisions and square roots to nearest");
        }
        return needs.contains(OpenClKernel.Need.DOUBLE) && !extensions.contains(DOUBLE)
                ? Optional.of(name + " has no arithmetic in double precision (" + DOUBLE + ")")
                : Optional.empty();
    }

    /** What callers outside this package see. */
    DeviceInfo info() {
        List<String> can = new ArrayList<>(SHOWN.stream().filter(extensions::contains).toList());
        can.add(computeUnits + " compute units");
        return new DeviceInfo(id(), kind(), name, platform + ", " + version + ", driver " + driver, globalBytes,
                largestBufferBytes, can);
    }
}
