package dev.tegula.device;

import dev.tegula.kernel.KernelProvider;
import java.util.List;

/**
 * An open device. Thread-safe: any number of plans may share it; what is asked of it happens in the order in which it was
 * asked.
 *
 * <p>After {@link #close} its buffers and programs are released, whether they were closed or not, and using them throws
 * {@link IllegalStateException}.
 */
public interface Device extends AutoCloseable {
    /** What it is. */
    DeviceInfo info();

    /** The kernels that it runs; each is a {@link DeviceKernelFactory}. */
    KernelProvider kernels();

    /**
     * Allocates memory on the device; its content is undefined.
     *
     * @param bytes at least 1
     * @param what what it is for, as messages show it
     * @throws OutOfMemoryError when the device has no such memory; the message has the bytes asked for and held
     */
    DeviceBuffer allocate(long bytes, String what);

    /** Bytes of the buffers that are open. */
    long allocatedBytes();

    /**
     * Waits until everything that was asked of the device is done.
     *
     * @throws DeviceException when something of it failed
     */
    void finish();

    /**
     * Binds kernels of this device to memory on it.
     *
     * @param calls what a run does, in this order
     * @throws IllegalArgumentException when a call's memory does not fit its request
     * @throws DeviceException when a kernel cannot be built; the message names the kernel
     */
    DeviceProgram program(List<DeviceCall> calls);

    /** Releases the device and everything on it. Idempotent. Must not be called while a program runs. */
    @Override
    void close();
}
