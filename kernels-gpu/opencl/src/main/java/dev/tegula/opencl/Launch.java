package dev.tegula.opencl;

import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceOperand;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.lwjgl.BufferUtils;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** A kernel with its arguments, the only owner of its handle. All calls are made under the device's lock. */
final class Launch {
    /** Work-items of a group, and bytes of its local memory, that devices have which are worth running on. */
    private static final int MOST_ITEMS = 256;
    private static final long MOST_LOCAL = 32 << 10;
    private static final int DIMENSIONS = 3;

    private final OpenedDevice device;
    private final String name;
    private final int[] local;
    private final PointerBuffer localSize = BufferUtils.createPointerBuffer(DIMENSIONS);
    private final PointerBuffer globalSize = BufferUtils.createPointerBuffer(DIMENSIONS);
    private final PointerBuffer event = BufferUtils.createPointerBuffer(1);
    private int next;
    private long handle;

    /**
     * A kernel without arguments.
     *
     * @param name what messages call it
     * @param kernel its name in the source
     * @param local work-items of a group, in each dimension
     * @throws DeviceException when it does not compile
     * @throws IllegalStateException when a group is larger than what we allow, or needs more memory
     */
    Launch(OpenedDevice device, String name, Source source, String kernel, int... local) {
        this.device = device;
        this.name = name + " (" + kernel + ")";
        this.local = Arrays.copyOf(local, DIMENSIONS);
        Arrays.fill(this.local, local.length, DIMENSIONS, 1);
        for (int i = 0; i < DIMENSIONS; i++) {
            localSize.put(i, this.local[i]);
        }
        this.handle = device.built(source).kernel(kernel);
        try {
            check(property(CL10.CL_KERNEL_WORK_GROUP_SIZE), localBytes());
        } catch (RuntimeException e) {
            release();
            throw e;
        }
    }

    private long localBytes() {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer bytes = stack.mallocLong(1);
            check("local memory", CL10.clGetKernelWorkGroupInfo(handle, device.facts().handle(),
                    CL10.CL_KERNEL_LOCAL_MEM_SIZE, bytes, null));
            return bytes.get(0);
        }
    }

    private long property(int property) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer value = stack.mallocPointer(1);
            check("size of a group", CL10.clGetKernelWorkGroupInfo(handle, device.facts().handle(), property, value,
                    null));
            return value.get(0);
        }
    }

    private void check(long kernelItems, long localBytes) {
        checkBudget(name, (long) local[0] * local[1] * local[2], Math.min(device.facts().maxWorkGroup(), kernelItems),
                localBytes, device.facts().localBytes());
    }

    /**
     * Whether a group is one that every device worth running on can have: PoCL's limits are far above those of GPUs, so tests
     * would not notice.
     *
     * @throws IllegalStateException with the numbers
     */
    static void checkBudget(String name, long items, long mostItems, long localBytes, long deviceLocalBytes) {
        if (items > Math.min(MOST_ITEMS, mostItems)) {
            throw new IllegalStateException(name + ": a group of " + items + " work-items; at most "
                    + Math.min(MOST_ITEMS, mostItems));
        }
        if (localBytes > Math.min(MOST_LOCAL, deviceLocalBytes)) {
            throw new IllegalStateException(name + ": a group with " + localBytes + " bytes of local memory; at most "
                    + Math.min(MOST_LOCAL, deviceLocalBytes));
        }
    }

    private void check(String what, int status) {
        if (status != CL10.CL_SUCCESS) {
            throw new DeviceException(device.info().id(), name + ", " + what, Status.text(status));
        }
    }

    /** The next two arguments: a matrix's memory and where it begins. */
    Launch matrix(DeviceOperand.Matrix matrix) {
        return buffer(OpenClBuffer.of(matrix)).number(matrix.offset());
    }

    /** The next two arguments, of a matrix that is not there and is not looked at. */
    Launch noMatrix() {
        set(CL10.clSetKernelArg1p(handle, next, 0));
        return number(0L);
    }

    /** The next argument: memory. */
    Launch buffer(OpenClBuffer buffer) {
        set(CL10.clSetKernelArg1p(handle, next, buffer.handle()));
        return this;
    }

    /** The next argument. */
    Launch number(int value) {
        set(CL10.clSetKernelArg1i(handle, next, value));
        return this;
    }

    /** The next argument. */
    Launch number(long value) {
        set(CL10.clSetKernelArg1l(handle, next, value));
        return this;
    }

    /** The next argument. */
    Launch number(float value) {
        set(CL10.clSetKernelArg1f(handle, next, value));
        return this;
    }

    private void set(int status) {
        check("argument " + next, status);
        next++;
    }

    /** How many arguments are set: those that a run sets follow. */
    int arguments() {
        return next;
    }

    /** Sets arguments from here on again. */
    Launch from(int argument) {
        next = argument;
        return this;
    }

    /** Runs so many work-items, and as many more as fill the last group of each dimension. */
    void run(long x, long y, long z) {
        if (handle == 0) {
            throw new IllegalStateException(name + " is closed");
        }
        if (x == 0 || y == 0 || z == 0) {
            return;
        }
        globalSize.put(0, Math.ceilDiv(x, local[0]) * local[0]);
        globalSize.put(1, Math.ceilDiv(y, local[1]) * local[1]);
        globalSize.put(2, Math.ceilDiv(z, local[2]) * local[2]);
        check("launch", CL10.nclEnqueueNDRangeKernel(device.queue(), handle, DIMENSIONS, 0,
                MemoryUtil.memAddress(globalSize), MemoryUtil.memAddress(localSize), 0, 0,
                MemoryUtil.memAddress(event)));
        device.asked().add(event.get(0), name);
    }

    /** Releases it, once. */
    void release() {
        if (handle != 0) {
            CL10.clReleaseKernel(handle);
            handle = 0;
        }
    }
}
