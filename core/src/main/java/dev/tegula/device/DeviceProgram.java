package dev.tegula.device;

import dev.tegula.kernel.Batch;

/** Kernels bound to memory on a device, to be run one after the other. Freed by {@link #close} or with the device. */
public interface DeviceProgram extends AutoCloseable {
    /**
     * Asks the device to run all calls on a batch, in order. May return before they are done; the batch may be filled again
     * then. What they compute is there for a {@link DeviceBuffer#read} that follows.
     *
     * @throws DeviceException when the driver refuses; the message names the kernel
     * @throws IllegalStateException after close
     */
    void run(Batch batch);

    /** Frees what belongs to the program, not the memory that it works on. Idempotent. */
    @Override
    void close();
}
