package dev.tegula.device;

import java.lang.foreign.MemorySegment;

/** Memory on a device, and the only owner of it. Freed by {@link #close} or with the device. */
public interface DeviceBuffer extends AutoCloseable {
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
}
