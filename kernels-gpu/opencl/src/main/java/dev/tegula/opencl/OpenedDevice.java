package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceHoldings;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.KernelProvider;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/**
 * An open OpenCL device: a context, one queue that works in order, and everything that was made on them. Its lock guards all
 * handles, of buffers and programs as well.
 */
final class OpenedDevice implements Device {
    private final OpenClDevice facts;
    private final DeviceInfo info;
    private final Shape shape;
    private final BinaryCache cache;
    private final OpenClKernels kernels;
    private final DeviceHoldings holdings;
    private final Map<String, BuiltProgram> built = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();
    private Failed failed;
    private long context;
    private long queue;
    private int fromCache;

    /** A kernel that was asked for, by its event. */
    private record Asked(long event, String kernel) {}

    /** The first kernel that failed, with its status. */
    private record Failed(String kernel, int status) {}

    private OpenedDevice(OpenClDevice facts, Shape shape, BinaryCache cache, long context, long queue) {
        this.facts = facts;
        this.info = facts.info();
        this.holdings = new DeviceHoldings(info);
        this.shape = shape;
        this.cache = cache;
        this.context = context;
        this.queue = queue;
        this.kernels = new OpenClKernels(this);
    }

    /**
     * Opens a device.
     *
     * @param shape how its kernels are cut
     * @param cache where compiled programs are kept
     */
    static OpenedDevice open(OpenClDevice facts, Shape shape, BinaryCache cache) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer status = stack.mallocInt(1);
            long context = CL10.clCreateContext(stack.pointers(0), facts.handle(), null, 0, status);
            if (status.get(0) != CL10.CL_SUCCESS) {
                throw new DeviceException(facts.id(), "clCreateContext", Status.text(status.get(0)));
            }
            long queue = CL10.clCreateCommandQueue(context, facts.handle(), 0, status);
            if (status.get(0) != CL10.CL_SUCCESS) {
                CL10.clReleaseContext(context);
                throw new DeviceException(facts.id(), "clCreateCommandQueue", Status.text(status.get(0)));
            }
            return new OpenedDevice(facts, shape, cache, context, queue);
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    OpenClDevice facts() {
        return facts;
    }

    Shape shape() {
        return shape;
    }

    /** The context's handle, under the lock. */
    long context() {
        holdings.checkOpen();
        return context;
    }

    /** The queue's handle, under the lock. */
    long queue() {
        holdings.checkOpen();
        return queue;
    }

    /** What is open, under the lock. */
    DeviceHoldings holdings() {
        return holdings;
    }

    @Override
    public KernelProvider kernels() {
        return kernels;
    }

    @Override
    public synchronized OpenClBuffer allocate(long bytes, String what) {
        holdings.checkRoom(bytes, what);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer status = stack.mallocInt(1);
            long handle = CL10.clCreateBuffer(context, CL10.CL_MEM_READ_WRITE, bytes, status);
            if (Status.isMemory(status.get(0))) {
                throw holdings.outOfMemory(bytes, what, Status.text(status.get(0)));
            }
            if (status.get(0) != CL10.CL_SUCCESS) {
                throw new DeviceException(info.id(), what + ": a buffer of " + bytes + " bytes",
                        Status.text(status.get(0)));
            }
            OpenClBuffer buffer = new OpenClBuffer(this, what, bytes, handle);
            holdings.add(buffer);
            return buffer;
        }
    }

    @Override
    public synchronized long allocatedBytes() {
        return holdings.bytes();
    }

    @Override
    public synchronized DeviceProgram program(List<DeviceCall> calls) {
        holdings.checkOpen();
        OpenClProgram program = new OpenClProgram(this, calls);
        holdings.add(program);
        return program;
    }

    @Override
    public synchronized void finish() {
        holdings.checkOpen();
        int status = CL10.clFinish(queue);
        if (status != CL10.CL_SUCCESS) {
            throw new DeviceException(info.id(), "clFinish", Status.text(status));
        }
        checkDone();
    }

    /** Keeps the event of a kernel that was asked for until somebody waits; under the lock. */
    void watch(long event, String kernel) {
        asked.add(new Asked(event, kernel));
    }

    /**
     * Called when everything that was asked for is done, under the lock: some drivers report a kernel's failure by its event
     * alone. What memory holds is not known then, so the failure stays.
     *
     * @throws DeviceException when a kernel has failed, now or before
     */
    void checkDone() {
        for (Asked one : asked) {
            int status = status(one.event());
            CL10.clReleaseEvent(one.event());
            if (status < 0 && failed == null) {
                failed = new Failed(one.kernel(), status);
            }
        }
        asked.clear();
        if (failed != null) {
            throw new DeviceException(info.id(), failed.kernel(), "ended with " + Status.text(failed.status())
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

    /** A compiled program, compiled when it is first asked for. */
    BuiltProgram built(Source source) {
        BuiltProgram program = built.get(source.parts().toString());
        if (program == null) {
            program = BuiltProgram.build(this, source, cache);
            built.put(source.parts().toString(), program);
        }
        return program;
    }

    /** Called when a program came out of the cache. */
    void countCached() {
        fromCache++;
    }

    /** Programs that came out of the cache. */
    synchronized int fromCache() {
        return fromCache;
    }

    @Override
    public synchronized void close() {
        if (holdings.isClosed()) {
            return;
        }
        CL10.clFinish(queue);
        asked.forEach(one -> CL10.clReleaseEvent(one.event()));
        asked.clear();
        try {
            holdings.close();
        } finally {
            built.values().forEach(BuiltProgram::release);
            CL10.clReleaseCommandQueue(queue);
            CL10.clReleaseContext(context);
            queue = 0;
            context = 0;
        }
    }
}
