package dev.tegula.opencl;

import dev.tegula.device.DeviceException;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/**
 * Kernels that a device was asked for, by their events: some drivers report a failure by its event alone. An event is kept
 * until it is done, however often it is looked at before. All calls are made under the device's lock.
 */
final class AskedKernels {
    private static final int SOME = 64;

    private final String device;
    private long[] events = new long[SOME];
    private String[] kernels = new String[SOME];
    private int count;
    /** The first kernel that failed, or null, and its status. */
    private String failed;
    private int failure;

    /**
     * Nothing was asked for.
     *
     * @param device its id, for messages
     */
    AskedKernels(String device) {
        this.device = device;
    }

    /** Keeps a kernel's event, and releases it when it is done. */
    void add(long event, String kernel) {
        if (count == events.length) {
            events = Arrays.copyOf(events, 2 * count);
            kernels = Arrays.copyOf(kernels, 2 * count);
        }
        events[count] = event;
        kernels[count++] = kernel;
    }

    /**
     * Looks at all of them. What memory holds is not known after a failure, so it stays.
     *
     * @throws DeviceException when a kernel has failed, now or before
     */
    void check() {
        int open = 0;
        for (int i = 0; i < count; i++) {
            int status = status(events[i]);
            if (status > CL10.CL_COMPLETE) {
                events[open] = events[i];
                kernels[open++] = kernels[i];
                continue;
            }
            CL10.clReleaseEvent(events[i]);
            if (status < 0 && failed == null) {
                failed = kernels[i];
                failure = status;
            }
        }
        count = open;
        if (failed != null) {
            throw new DeviceException(device, failed, "ended with " + Status.text(failure)
                    + "; the device must be opened again");
        }
    }

    private static int status(long event) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer value = stack.mallocInt(1);
            int answer = CL10.clGetEventInfo(event, CL10.CL_EVENT_COMMAND_EXECUTION_STATUS, value, null);
            return answer == CL10.CL_SUCCESS ? value.get(0) : answer;
        }
    }

    /** Releases all events, done or not. */
    void release() {
        for (int i = 0; i < count; i++) {
            CL10.clReleaseEvent(events[i]);
        }
        count = 0;
    }
}
