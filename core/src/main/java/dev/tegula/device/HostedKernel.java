package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Scratch;

/** A device's kernel bound to the host's memory: each call uploads its inputs and downloads what it wrote. */
final class HostedKernel implements Kernel {
    private final DeviceKernelFactory factory;
    private final KernelArgs args;

    HostedKernel(DeviceKernelFactory factory, KernelArgs args) {
        this.factory = factory;
        this.args = args;
        factory.refuse(args.request())
                .ifPresent(refusal -> {
                    throw new IllegalArgumentException(refusal.toString());
                });
        factory.device();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        try (HostedCall call = new HostedCall(factory, args)) {
            call.run(batch);
            call.download(batch);
        }
    }
}
