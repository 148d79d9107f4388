package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Scratch;

/** A device's kernel bound to the host's memory: each call uploads its inputs and downloads what it wrote. */
record HostedKernel(DeviceKernelFactory factory, KernelArgs args) implements Kernel {
    HostedKernel {
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
        try (UploadedCall call = new UploadedCall(factory, args)) {
            call.run(batch);
            call.download(batch);
        }
    }
}
