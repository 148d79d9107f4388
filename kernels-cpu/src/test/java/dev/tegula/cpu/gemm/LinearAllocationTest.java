package dev.tegula.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.Scratch;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compiled linear kernels allocate nothing. Run in a JVM of its own: the compiler sees what a process that runs a model
 * would show it, and not the odd cases of the other tests.
 */
class LinearAllocationTest {
    /** Many more calls than the compiler needs; the test ends with the first that allocates nothing. */
    private static final int ATTEMPTS = 100_000;

    /** One format for each micro-kernel. */
    static Stream<KernelFactory> microKernels() {
        Set<String> types = Set.of("f32", "f16", "bf16", "q8_0", "q4_0", "q4_k", "q6_k", "tq2_0", "q4_1", "q2_k");
        return LinearTest.matMuls().filter(factory -> types.contains(factory.id().rhs()));
    }

    /** Until the compiler has done its work, slices and vectors are objects; after that none may be left. */
    @ParameterizedTest
    @MethodSource("microKernels")
    void compiledKernelAllocatesNothing(KernelFactory factory) {
        // One row; a tall and a low tile.
        for (int rows : new int[]{1, 15}) {
            long least = Long.MAX_VALUE;
            try (Call call = new Call(factory, rows)) {
                for (int i = 0; i < ATTEMPTS && least > 0; i++) {
                    least = Math.min(least, call.allocated(8));
                }
            }
            assertEquals(0, least, factory.id() + " with " + rows + " rows allocates bytes in every call");
        }
    }

    /** A kernel bound to zeros. */
    private static final class Call implements AutoCloseable {
        private static final int N = 96;
        private static final int K = 512;
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final Storage storage = new Storage("test");
        private final Batch batch;
        private final Kernel kernel;
        private final Scratch scratch;

        Call(KernelFactory factory, int rows) {
            KernelRequest request = LinearTest.request(factory, N, K);
            DType type = request.input(1).type();
            batch = new Batch(storage, rows, 1, 1);
            batch.addSequence(new int[1], 1);
            for (int r = 0; r < rows; r++) {
                batch.addRow(0, r, false);
            }
            Operand x = new Operand.Matrix(TensorView.allocate(storage, request.input(0).type(), rows, K));
            Operand w = new Operand.Weights(storage.allocate(factory.packing().bytes(type, N, K)), 0, type, N, K,
                    factory.packing());
            kernel = factory.bind(new KernelArgs(request, List.of(x, w),
                    List.of(TensorView.allocate(storage, DType.F32, rows, N))));
            scratch = Scratch.allocate(storage, factory.scratch(request));
        }

        long allocated(int times) {
            int portions = kernel.portions(batch, 1);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < times; i++) {
                for (int p = 0; p < portions; p++) {
                    kernel.run(batch, p, portions, scratch);
                }
            }
            return threads.getCurrentThreadAllocatedBytes() - before;
        }

        @Override
        public void close() {
            storage.close();
        }
    }
}
