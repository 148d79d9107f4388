package dev.tegula.bench.ladder;

import dev.tegula.bench.kernel.KernelBench;
import dev.tegula.bench.kernel.KernelCase;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelProvider;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;

/**
 * Step 10: the kernel that a plan gets for such weights, through the kernel table: Q4_0, blocks of 32 as in the step before. In C where this machine has
 * it: byte dot products, which multiply four bytes and add them to 32 bits in one instruction and which Java has none of. Its operands are its own, and its answer is compared with the
 * scalar twin's, bit by bit.
 */
final class TableKernel implements Step {
    private final KernelCase kernel;

    /**
     * Binds the kernel.
     *
     * @param threads that share the work, at least 1
     * @throws IllegalArgumentException when k is no multiple of Q4_0's block
     */
    TableKernel(Product product, int threads) {
        int k = product.k();
        if (k % DType.Q4_0.blockLength() != 0) {
            throw new IllegalArgumentException("k " + k + ": Q4_0 has blocks of " + DType.Q4_0.blockLength());
        }
        String engine = KernelTable.load()
                .providers()
                .stream()
                .filter(provider -> provider.unavailable().isEmpty())
                .map(KernelProvider::engine)
                .findFirst()
                .orElseThrow();
        Spec x = new Spec(Activations.typeFor(DType.Q4_0), Dim.TOKENS, k);
        Spec w = new Spec(DType.Q4_0, Dim.of(product.n()), k);
        Spec y = new Spec(DType.F32, Dim.TOKENS, product.n());
        kernel = new KernelCase(engine, KernelBench.USUAL,
                new KernelRequest(new Op.MatMul(false, false), List.of(x, w), List.of(y)), product.m(), 0, threads);
    }

    @Override
    public void run() {
        kernel.run();
    }

    @Override
    public void check() {
        kernel.check();
    }

    @Override
    public Cost cost() {
        return kernel.cost();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
