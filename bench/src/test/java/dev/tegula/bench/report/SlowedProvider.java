package dev.tegula.bench.report;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Refusal;
import dev.tegula.kernel.Scratch;
import dev.tegula.kernel.ref.RefProvider;
import java.util.List;
import java.util.Optional;

/** An engine with the scalar sum of two matrices, which takes some times as long when a test wants it to. */
public final class SlowedProvider implements KernelProvider {
    static final String ENGINE = "slowed";

    /** How many times as long as it needs a call takes. */
    private static volatile int times = 1;

    static void takes(int timesAsLong) {
        times = timesAsLong;
    }

    @Override
    public String engine() {
        return ENGINE;
    }

    @Override
    public int rank() {
        return -1;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        return new RefProvider().kernels()
                .stream()
                .filter(kernel -> kernel.id().op().equals("add"))
                .<KernelFactory>map(Slowed::new)
                .toList();
    }

    private record Slowed(KernelFactory right) implements KernelFactory {
        @Override
        public KernelId id() {
            KernelId id = right.id();
            return new KernelId(id.op(), id.dst(), id.lhs(), id.rhs(), id.tile(), ENGINE);
        }

        @Override
        public Optional<Refusal> refuse(KernelRequest request) {
            return right.refuse(request);
        }

        @Override
        public Cost cost(KernelRequest request, int rows, int context) {
            return right.cost(request, rows, context);
        }

        @Override
        public Kernel bind(KernelArgs args) {
            Kernel kernel = right.bind(args);
            return new Kernel() {
                @Override
                public int portions(Batch batch, int workers) {
                    return kernel.portions(batch, workers);
                }

                @Override
                public void run(Batch batch, int portion, int portions, Scratch scratch) {
                    long start = System.nanoTime();
                    kernel.run(batch, portion, portions, scratch);
                    long needed = System.nanoTime() - start;
                    while (System.nanoTime() - start < times * needed) {
                        Thread.onSpinWait();
                    }
                }
            };
        }
    }
}
