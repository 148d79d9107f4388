package dev.tegula.opencl;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceHoldings;
import dev.tegula.device.DeviceInfo;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.KernelProvider;
import java.nio.IntBuffer;
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
    private final AskedKernels asked;
    private long context;
    private long queue;
    private int fromCache;

    private OpenedDevice(OpenClDevice facts, Shape shape, BinaryCache cache, long context, long queue) {
        this.facts = facts;
        this.info = facts.info();
        this.holdings = new DeviceHoldings(info);
        this.asked = new AskedKernels(info.id());
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
        check("clFinish", CL10.clFinish(queue));
    }

    /** Kernels that were asked for, under the lock. */
    AskedKernels asked() {
        return asked;
    }

    /**
     * Called when something was waited for, or could not be, under the lock.
     *
     * @param what was asked for
     * @param status the driver's answer
     * @throws DeviceException when a kernel has failed, which may be why the answer is no success and is named then; or by
     *             the answer alone
     */
    void check(String what, int status) {
        asked.check();
        if (status != CL10.CL_SUCCESS) {
            throw new DeviceException(info.id(), what, Status.text(status));
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
        asked.release();
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
