package dev.tegula.device;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Memory on a device, and the only owner of it. Freed by {@link #close} or with the device. */
public interface DeviceBuffer extends AutoCloseable {
    /** The device that it lies on. */
    Device device();

    /** Its size. */
    long bytes();

    /**
     * Copies from the host; when it returns {@code src} may be changed.
     *
     * @param offset where to in this buffer
     * @param src native memory
     * @param srcOffset where from
     * @param bytes how many, 0 or more
     * @throws IndexOutOfBoundsException when either range is outside its memory
     * @throws IllegalStateException after close
     * @throws DeviceException when the driver fails
     */
    void write(long offset, MemorySegment src, long srcOffset, long bytes);

    /**
     * Copies to the host, when all that was asked of the device before is done.
     *
     * @param offset where from in this buffer
     * @param dst native memory
     * @param dstOffset where to
     * @param bytes how many, 0 or more
     * @throws IndexOutOfBoundsException when either range is outside its memory
     * @throws IllegalStateException after close
     * @throws DeviceException when the driver fails, now or in what was asked before
     */
    void read(long offset, MemorySegment dst, long dstOffset, long bytes);

    /** Frees the memory. Idempotent. */
    @Override
    void close();

    /**
     * Checks the ranges of a copy, for backends.
     *
     * @param offset where in this buffer
     * @param host memory of the host
     * @param hostOffset where there
     * @param bytes how many, 0 or more
     * @throws IllegalArgumentException when the host's memory is an array
     * @throws IllegalStateException when the host's memory is closed
     * @throws IndexOutOfBoundsException when either range is outside its memory
     */
    default void checkCopy(long offset, MemorySegment host, long hostOffset, long bytes) {
        if (!host.isNative()) {
            throw new IllegalArgumentException("copies to and from a device need native memory, not an array");
        }
        if (!host.scope().isAlive()) {
            throw new IllegalStateException("the memory on the host is closed");
        }
        Objects.checkFromIndexSize(hostOffset, bytes, host.byteSize());
        Objects.checkFromIndexSize(offset, bytes, bytes());
    }
}
