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
import dev.tegula.tensor.TensorView;
import java.util.List;
import java.util.Optional;

/** An engine of the scalar kernels of an op, to whose calls a test does something. */
abstract class ScalarUnderAnotherName implements KernelProvider {
    private final String engine;
    private final int rank;
    private final String op;

    ScalarUnderAnotherName(String engine, int rank, String op) {
        this.engine = engine;
        this.rank = rank;
        this.op = op;
    }

    /**
     * Computes a portion.
     *
     * @param right computes it as the scalar kernel does
     * @param output the whole
     */
    abstract void run(Runnable right, int portion, TensorView output);

    @Override
    public String engine() {
        return engine;
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public Optional<Refusal> unavailable() {
        return Optional.empty();
    }

    @Override
    public List<KernelFactory> kernels() {
        return new RefProvider().kernels()
                .stream()
                .filter(kernel -> kernel.id().op().equals(op))
                .<KernelFactory>map(Renamed::new)
                .toList();
    }

    private final class Renamed implements KernelFactory {
        private final KernelFactory right;

        private Renamed(KernelFactory right) {
            this.right = right;
        }

        @Override
        public KernelId id() {
            KernelId id = right.id();
            return new KernelId(id.op(), id.dst(), id.lhs(), id.rhs(), id.tile(), engine);
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
                    ScalarUnderAnotherName.this.run(() -> kernel.run(batch, portion, portions, scratch), portion,
                            args.output());
                }
            };
        }
    }
}
