package dev.tegula.device;

import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;

/**
 * A row of the kernel table that runs on a device. Bound to memory of the host, it copies its operands there and back in
 * each call: right for tests, of no use for speed.
 */
public interface DeviceKernelFactory extends KernelFactory {
    /**
     * The device that it runs on.
     *
     * @throws IllegalStateException when it is the kernel of no open device, but of a list
     */
    Device device();

    @Override
    default Kernel bind(KernelArgs args) {
        return new HostedKernel(this, args);
    }
}
