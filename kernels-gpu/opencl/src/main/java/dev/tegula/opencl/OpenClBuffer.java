package dev.tegula.opencl;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceOperand;
import java.lang.foreign.MemorySegment;
import org.lwjgl.opencl.CL10;

/** A buffer of an {@link OpenedDevice}, and the only owner of its handle. */
final class OpenClBuffer implements DeviceBuffer {
    private final OpenedDevice device;
    private final String what;
    private final long bytes;
    /** What messages call a copy. */
    private final String reading;
    private final String writing;
    /** 0 when closed: a handle that is released twice ends the JVM. */
    private long handle;

    OpenClBuffer(OpenedDevice device, String what, long bytes, long handle) {
        this.device = device;
        this.what = what;
        this.bytes = bytes;
        this.reading = "read of " + what;
        this.writing = "write of " + what;
        this.handle = handle;
    }

    /** The memory of an operand of a checked call, which is of this backend. */
    static OpenClBuffer of(DeviceOperand operand) {
        return (OpenClBuffer) operand.buffer();
    }

    @Override
    public OpenedDevice device() {
        return device;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /**
     * The handle, for calls made under the device's lock.
     *
     * @throws IllegalStateException after close
     */
    long handle() {
        if (handle == 0) {
            throw new IllegalStateException(device.info().id() + ": the memory of " + what + " is closed");
        }
        return handle;
    }

    @Override
    public void write(long offset, MemorySegment src, long srcOffset, long count) {
        checkCopy(offset, src, srcOffset, count);
        long from = src.address() + srcOffset;
        synchronized (device) {
            long memory = handle();
            if (count > 0) {
                device.check(writing, CL10.nclEnqueueWriteBuffer(device.queue(), memory, CL10.CL_TRUE,
                        offset, count, from, 0, 0, 0));
            }
        }
    }

    @Override
    public void read(long offset, MemorySegment dst, long dstOffset, long count) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("the memory on the host is read-only");
        }
        checkCopy(offset, dst, dstOffset, count);
        long to = dst.address() + dstOffset;
        synchronized (device) {
            long memory = handle();
            if (count > 0) {
                device.check(reading, CL10.nclEnqueueReadBuffer(device.queue(), memory, CL10.CL_TRUE,
                        offset, count, to, 0, 0, 0));
            }
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (handle != 0) {
                long released = handle;
                handle = 0;
                device.holdings().remove(this);
                CL10.clReleaseMemObject(released);
            }
        }
    }
}
