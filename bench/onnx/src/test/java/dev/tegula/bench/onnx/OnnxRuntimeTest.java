package dev.tegula.bench.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.bench.peer.Peer;
import dev.tegula.bench.peer.Product;
import dev.tegula.bench.peer.Samples;
import dev.tegula.tensor.DType;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The library reads the models that are written here, and computes the products that they should be. */
class OnnxRuntimeTest {
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.INT8_G128, DType.Q4_0);

    private static OnnxRuntime library() {
        OnnxRuntime library = new OnnxRuntime();
        assumeTrue(library.unavailable().isEmpty(), () -> library.unavailable().get());
        return library;
    }

    @Test
    void everyProductIsRight() {
        OnnxRuntime library = library();
        assertTrue(library.name().startsWith("ONNX Runtime 1."), library.name());
        for (DType numbers : NUMBERS) {
            for (int m : new int[]{1, 7}) {
                Product product = new Product(numbers, m, 40, 256);
                assertTrue(library.multiplies(product));
                try (Peer.Call call = library.bind(product, 2)) {
                    call.check();
                    call.run();
                }
            }
        }
    }

    @Test
    void anAnswerOfOtherOperandsIsWrong() {
        for (DType numbers : NUMBERS) {
            Product product = new Product(numbers, 2, 8, 256);
            Operands operands = Operands.of(product);
            Samples.Matrix right = (i, j) -> {
                double sum = 0;
                for (int p = 0; p < product.k(); p++) {
                    sum += operands.activations().at(i, p) * operands.weights().at(j, p);
                }
                return sum;
            };
            Samples.check(product, right, operands.activations(), operands.weights());
            // The two elements of a pair changed places, as they would be with the halves of a byte.
            assertThrows(IllegalStateException.class, () -> Samples.check(product, right, operands.activations(),
                    (j, p) -> operands.weights().at(j, p ^ 1)));
        }
    }

    @Test
    void theBenchFindsIt() {
        assertEquals(1,
                ServiceLoader.load(Peer.class).stream().filter(peer -> peer.type() == OnnxRuntime.class).count());
    }
}
