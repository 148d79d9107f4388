package dev.tegula.opencl;

import static org.lwjgl.opencl.CL10.CL_DEVICE_EXTENSIONS;
import static org.lwjgl.opencl.CL10.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_COMPUTE_UNITS;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_NAME;
import static org.lwjgl.opencl.CL10.CL_DEVICE_NOT_FOUND;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE_ALL;
import static org.lwjgl.opencl.CL10.CL_DEVICE_SINGLE_FP_CONFIG;
import static org.lwjgl.opencl.CL10.CL_DEVICE_TYPE;
import static org.lwjgl.opencl.CL10.CL_DEVICE_VERSION;
import static org.lwjgl.opencl.CL10.CL_DRIVER_VERSION;
import static org.lwjgl.opencl.CL10.CL_PLATFORM_NAME;
import static org.lwjgl.opencl.CL10.CL_SUCCESS;
import static org.lwjgl.opencl.CL10.clGetDeviceIDs;
import static org.lwjgl.opencl.CL10.clGetDeviceInfo;
import static org.lwjgl.opencl.CL10.clGetPlatformIDs;
import static org.lwjgl.opencl.CL10.clGetPlatformInfo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.lwjgl.BufferUtils;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL;
import org.lwjgl.system.Configuration;

/** Loads LWJGL and asks the OpenCL loader for platforms and devices; no class here calls OpenCL before it has. */
final class OpenClQuery {
    /** What the loader answers when no driver is registered (cl_khr_icd). */
    private static final int NO_PLATFORM = -1001;
    /** LWJGL's FFM memory backend; its default makes the JVM warn of sun.misc.Unsafe. */
    private static final String MEMORY_BACKEND = "ffm";

    /** Asks how many there are, or for their handles. */
    @FunctionalInterface
    private interface Ids {
        int get(PointerBuffer ids, IntBuffer count);
    }

    /** Asks for the size of a property, or for its bytes. */
    @FunctionalInterface
    private interface Info {
        int get(ByteBuffer value, PointerBuffer size);
    }

    /**
     * All devices, or the reason why there is none.
     *
     * @throws LinkageError when LWJGL cannot be used
     * @throws IllegalStateException when a query fails
     */
    OpenClDevices devices() {
        Optional<String> failure = load();
        if (failure.isPresent()) {
            return OpenClDevices.refused(failure.get());
        }
        PointerBuffer platforms = ids("clGetPlatformIDs", NO_PLATFORM, (ids, n) -> clGetPlatformIDs(ids, n));
        if (platforms.capacity() == 0) {
            return OpenClDevices.refused("the OpenCL loader is installed but no driver (ICD) is; install one, for"
                    + " example the package pocl-opencl-icd for the CPU");
        }
        List<OpenClDevice> devices = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int p = 0; p < platforms.capacity(); p++) {
            names.add(addDevices(platforms.get(p), devices));
        }
        return devices.isEmpty()
                ? OpenClDevices.refused("the OpenCL platforms " + names + " have no device")
                : new OpenClDevices(devices, Optional.empty());
    }

    /** Adds a platform's devices; returns its name, with the reason if it fails: one broken driver hides no other. */
    private static String addDevices(long platform, List<OpenClDevice> devices) {
        String name = "(without a name)";
        int before = devices.size();
        try {
            name = text((value, size) -> clGetPlatformInfo(platform, CL_PLATFORM_NAME, value, size));
            PointerBuffer ids = ids("clGetDeviceIDs", CL_DEVICE_NOT_FOUND,
                    (handles, n) -> clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, handles, n));
            for (int d = 0; d < ids.capacity(); d++) {
                devices.add(device(devices.size(), name, ids.get(d)));
            }
            return name;
        } catch (IllegalStateException e) {
            devices.subList(before, devices.size()).clear();
            return name + " (" + e.getMessage() + ")";
        }
    }

    /** Loads the OpenCL loader; why it cannot be, or nothing. */
    private static Optional<String> load() {
        if (Configuration.MEMORY_BACKEND.get() == null) {
            Configuration.MEMORY_BACKEND.set(MEMORY_BACKEND);
        }
        Configuration.OPENCL_EXPLICIT_INIT.set(true);
        String asked = Configuration.OPENCL_LIBRARY_NAME.get();
        boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");
        // Without development packages there is no libOpenCL.so on Linux, the only name that LWJGL tries.
        List<String> names = asked != null
                ? List.of(asked)
                : linux ? List.of("libOpenCL.so.1", "libOpenCL.so") : List.of("OpenCL");
        String error = "";
        for (String name : names) {
            try {
                CL.create(name);
                return Optional.empty();
            } catch (UnsatisfiedLinkError e) {
                error = e.getMessage();
            } catch (IllegalStateException e) {
                return Optional.empty(); // the application has loaded it already
            }
        }
        String hint = asked != null ? "" : "; install one, for example the package ocl-icd-libopencl1";
        return Optional
                .of("there is no OpenCL loader library (" + String.join(", ", names) + ")" + hint + ": " + error);
    }

    private static OpenClDevice device(int index, String platform, long id) {
        return new OpenClDevice(id, index, number(id, CL_DEVICE_TYPE), platform, text(id, CL_DEVICE_NAME),
                text(id, CL_DEVICE_VERSION), text(id, CL_DRIVER_VERSION), number(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE), number(id, CL_DEVICE_LOCAL_MEM_SIZE),
                Math.toIntExact(number(id, CL_DEVICE_MAX_COMPUTE_UNITS)), number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE),
                number(id, CL_DEVICE_SINGLE_FP_CONFIG), OpenClDevice.extensions(text(id, CL_DEVICE_EXTENSIONS)));
    }

    private static PointerBuffer ids(String what, int none, Ids query) {
        IntBuffer count = BufferUtils.createIntBuffer(1);
        int status = query.get(null, count);
        if (status == none || status == CL_SUCCESS && count.get(0) == 0) {
            return BufferUtils.createPointerBuffer(0);
        }
        check(what, status);
        PointerBuffer ids = BufferUtils.createPointerBuffer(count.get(0));
        check(what, query.get(ids, (IntBuffer) null));
        return ids;
    }

    private static String text(long device, int property) {
        return text((value, size) -> clGetDeviceInfo(device, property, value, size));
    }

    private static String text(Info query) {
        PointerBuffer size = BufferUtils.createPointerBuffer(1);
        check("size of a property", query.get(null, size));
        ByteBuffer value = BufferUtils.createByteBuffer(Math.toIntExact(size.get(0)));
        check("property", query.get(value, null));
        String text = StandardCharsets.UTF_8.decode(value).toString();
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end)).trim();
    }

    /** An integer of 32 or 64 bits; the bytes that a shorter one leaves are zero (little-endian). */
    private static long number(long device, int property) {
        ByteBuffer value = BufferUtils.createByteBuffer(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        check("property", clGetDeviceInfo(device, property, value, null));
        return value.getLong(0);
    }

    private static void check(String what, int status) {
        if (status != CL_SUCCESS) {
            throw new IllegalStateException(what + ": " + Status.text(status));
        }
    }
}
