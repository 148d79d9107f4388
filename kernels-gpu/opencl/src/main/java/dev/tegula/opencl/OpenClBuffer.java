package dev.tegula.opencl;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.lwjgl.opencl.CL10;

/** A buffer of an {@link OpenedDevice}, and the only owner of its handle. */
final class OpenClBuffer implements DeviceBuffer {
    private final OpenedDevice device;
    private final String what;
    private final long bytes;
    /** 0 when closed: a handle that is released twice ends the JVM. */
    private long handle;

    OpenClBuffer(OpenedDevice device, String what, long bytes, long handle) {
        this.device = device;
        this.what = what;
        this.bytes = bytes;
        this.handle = handle;
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

    /** The device that it lies on. */
    OpenedDevice device() {
        return device;
    }

    @Override
    public void write(long offset, MemorySegment src, long srcOffset, long count) {
        long from = address(src, srcOffset, offset, count);
        synchronized (device) {
            long memory = handle();
            if (count > 0) {
                check("write",
                        CL10.nclEnqueueWriteBuffer(device.queue(), memory, CL10.CL_TRUE, offset, count, from, 0, 0,
                                0));
                device.checkDone();
            }
        }
    }

    @Override
    public void read(long offset, MemorySegment dst, long dstOffset, long count) {
        if (dst.isReadOnly()) {
            throw new IllegalArgumentException("the memory on the host is read-only");
        }
        long to = address(dst, dstOffset, offset, count);
        synchronized (device) {
            long memory = handle();
            if (count > 0) {
                check("read",
                        CL10.nclEnqueueReadBuffer(device.queue(), memory, CL10.CL_TRUE, offset, count, to, 0, 0, 0));
                device.checkDone();
            }
        }
    }

    private long address(MemorySegment segment, long at, long offset, long count) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("copies to and from a device need native memory, not an array");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the memory on the host is closed");
        }
        Objects.checkFromIndexSize(at, count, segment.byteSize());
        Objects.checkFromIndexSize(offset, count, bytes);
        return segment.address() + at;
    }

    private void check(String doing, int status) {
        if (status != CL10.CL_SUCCESS) {
            throw new DeviceException(device.info().id(), doing + " of " + what, Status.text(status));
        }
    }

    @Override
    public void close() {
        synchronized (device) {
            if (handle != 0) {
                long released = handle;
                handle = 0;
                device.forget(this);
                CL10.clReleaseMemObject(released);
            }
        }
    }
}
