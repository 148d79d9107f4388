package dev.tegula.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.cpu.HotLoop;
import dev.tegula.kernel.KernelFactory;
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
    private static final int N = 96;
    private static final int K = 512;

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
            try (HotLoop call = new HotLoop(factory, LinearTest.request(factory, N, K), rows)) {
                for (int i = 0; i < ATTEMPTS && least > 0; i++) {
                    least = Math.min(least, call.allocated(8));
                }
            }
            assertEquals(0, least, factory.id() + " with " + rows + " rows allocates bytes in every call");
        }
    }
}
