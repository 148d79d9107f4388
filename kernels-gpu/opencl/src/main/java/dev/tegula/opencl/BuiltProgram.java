package dev.tegula.opencl;

import dev.tegula.device.DeviceException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Optional;
import org.lwjgl.BufferUtils;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A compiled program, its only owner. All calls are made under the device's lock. */
final class BuiltProgram {
    private static final String OPTIONS = "-cl-std=CL1.2";
    private static final String ROUNDED = " -cl-fp32-correctly-rounded-divide-sqrt";
    private static final int LOG_CHARACTERS = 4000;

    private final OpenedDevice device;
    private final String name;
    private long handle;

    private BuiltProgram(OpenedDevice device, String name, long handle) {
        this.device = device;
        this.name = name;
        this.handle = handle;
    }

    /**
     * Takes a program from the cache or compiles it.
     *
     * @throws DeviceException when it cannot be compiled; the message has the compiler's
     */
    static BuiltProgram build(OpenedDevice device, Source source, BinaryCache cache) {
        String text = source.text(device.shape());
        OpenClDevice facts = device.facts();
        String options = OPTIONS + (facts.roundsDivisions() ? ROUNDED : "");
        String key = BinaryCache.key(text, options, facts.platform(), facts.name(), facts.version(), facts.driver());
        Optional<byte[]> kept = cache.read(key);
        if (kept.isPresent()) {
            long handle = ofBinary(device, kept.get(), options);
            if (handle != 0) {
                device.countCached();
                return new BuiltProgram(device, source.name(), handle);
            }
        }
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer status = stack.mallocInt(1);
            long handle = CL10.clCreateProgramWithSource(device.context(), text, status);
            check(device, source.name(), "clCreateProgramWithSource", status.get(0));
            int built = CL10.clBuildProgram(handle, facts.handle(), options, null, 0);
            if (built != CL10.CL_SUCCESS) {
                String log = log(handle, facts.handle());
                CL10.clReleaseProgram(handle);
                throw new DeviceException(device.info().id(), "kernels of " + source.name() + " do not compile",
                        Status.text(built) + ": " + log);
            }
            binary(handle).ifPresent(bytes -> cache.write(key, bytes));
            return new BuiltProgram(device, source.name(), handle);
        }
    }

    /** The program of a binary, or 0 when the driver does not want it. */
    private static long ofBinary(OpenedDevice device, byte[] binary, String options) {
        ByteBuffer bytes = MemoryUtil.memAlloc(binary.length);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            bytes.put(0, binary);
            IntBuffer status = stack.mallocInt(1);
            IntBuffer loaded = stack.mallocInt(1);
            PointerBuffer devices = stack.pointers(device.facts().handle());
            long handle = CL10.clCreateProgramWithBinary(device.context(), devices, bytes, loaded, status);
            if (handle == 0 || status.get(0) != CL10.CL_SUCCESS) {
                return 0;
            }
            if (loaded.get(0) != CL10.CL_SUCCESS
                    || CL10.clBuildProgram(handle, device.facts().handle(), options, null, 0) != CL10.CL_SUCCESS) {
                CL10.clReleaseProgram(handle);
                return 0;
            }
            return handle;
        } finally {
            MemoryUtil.memFree(bytes);
        }
    }

    /** What the driver gives to keep, if it does. */
    private static Optional<byte[]> binary(long program) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            if (CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARY_SIZES, size, null) != CL10.CL_SUCCESS
                    || size.get(0) < 1 || size.get(0) > Integer.MAX_VALUE) {
                return Optional.empty();
            }
            ByteBuffer bytes = MemoryUtil.memAlloc((int) size.get(0));
            try {
                PointerBuffer at = stack.pointers(bytes);
                if (CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARIES, at, null) != CL10.CL_SUCCESS) {
                    return Optional.empty();
                }
                byte[] copy = new byte[bytes.capacity()];
                bytes.get(0, copy);
                return Optional.of(copy);
            } finally {
                MemoryUtil.memFree(bytes);
            }
        }
    }

    private static String log(long program, long device) {
        PointerBuffer size = BufferUtils.createPointerBuffer(1);
        if (CL10.clGetProgramBuildInfo(program, device, CL10.CL_PROGRAM_BUILD_LOG, (ByteBuffer) null,
                size) != CL10.CL_SUCCESS || size.get(0) < 1) {
            return "no log";
        }
        ByteBuffer text = BufferUtils.createByteBuffer(Math.toIntExact(size.get(0)));
        CL10.clGetProgramBuildInfo(program, device, CL10.CL_PROGRAM_BUILD_LOG, text, null);
        String log = MemoryUtil.memUTF8(text).replace("\0", "").trim();
        return log.length() <= LOG_CHARACTERS ? log : log.substring(0, LOG_CHARACTERS) + " …";
    }

    /** A new kernel object, for the caller to release. */
    long kernel(String kernel) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer status = stack.mallocInt(1);
            long made = CL10.clCreateKernel(handle, kernel, status);
            check(device, name + ", " + kernel, "clCreateKernel", status.get(0));
            return made;
        }
    }

    private static void check(OpenedDevice device, String what, String call, int status) {
        if (status != CL10.CL_SUCCESS) {
            throw new DeviceException(device.info().id(), what + ", " + call, Status.text(status));
        }
    }

    /** Releases it, once. */
    void release() {
        if (handle != 0) {
            CL10.clReleaseProgram(handle);
            handle = 0;
        }
    }
}
