package dev.tegula.kernel.conform;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import java.util.Optional;

/**
 * A kernel that says it is not exact, whose results may be changed.
 *
 * @param kernel what it computes
 * @param change what is done to that
 */
record Inexact(KernelFactory kernel, Change change) implements KernelFactory {
    /** Changes the results of a call. */
    @FunctionalInterface
    interface Change {
        /** What the kernel wrote is there. */
        void to(KernelArgs args, Batch batch);
    }

    /** A kernel as it is. */
    Inexact(KernelFactory kernel) {
        this(kernel, (args, batch) -> {});
    }

    @Override
    public KernelId id() {
        return kernel.id();
    }

    @Override
    public Optional<Refusal> refuse(KernelRequest request) {
        return kernel.refuse(request);
    }

    @Override
    public boolean isExact() {
        return false;
    }

    @Override
    public Scratch.Size scratch(KernelRequest request) {
        return kernel.scratch(request);
    }

    @Override
    public Cost cost(KernelRequest request, int rows, int context) {
        return kernel.cost(request, rows, context);
    }

    @Override
    public Kernel bind(KernelArgs args) {
        return new Changed(kernel.bind(args), args, change);
    }

    /** All portions at once, so that there is something to change. */
    private record Changed(Kernel kernel, KernelArgs args, Change change) implements Kernel {
        @Override
        public int portions(Batch batch, int workers) {
            return 1;
        }

        @Override
        public void run(Batch batch, int portion, int portions, Scratch scratch) {
            all(kernel, batch, scratch);
            kernel.finish().ifPresent(finish -> all(finish, batch, scratch));
            change.to(args, batch);
        }

        private static void all(Kernel kernel, Batch batch, Scratch scratch) {
            int portions = kernel.portions(batch, 1);
            for (int p = 0; p < portions; p++) {
                kernel.run(batch, p, portions, scratch);
            }
        }
    }
}
