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
    private static final List<Product> KINDS = List.of(new Product(DType.F32, 2, 8, 256),
            new Product(DType.F32, true, 2, 8, 256), new Product(DType.INT8_G128, 2, 8, 256),
            new Product(DType.Q4_0, 2, 8, 256));

    private static OnnxRuntime library() {
        OnnxRuntime library = new OnnxRuntime();
        assumeTrue(library.unavailable().isEmpty(), () -> library.unavailable().get());
        return library;
    }

    @Test
    void everyProductIsRight() {
        OnnxRuntime library = library();
        assertTrue(library.name().startsWith("ONNX Runtime 1."), library.name());
        for (Product kind : KINDS) {
            for (int m : new int[]{1, 7}) {
                Product product = new Product(kind.numbers(), kind.bias(), m, 40, 256);
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
        for (Product product : KINDS) {
            Operands operands = Operands.of(product);
            Samples.Matrix right = (i, j) -> {
                double sum = operands.bias().applyAsDouble(j);
                for (int p = 0; p < product.k(); p++) {
                    sum += operands.activations().at(i, p) * operands.weights().at(j, p);
                }
                return sum;
            };
            Samples.check(product, right, operands.activations(), operands.weights(), operands.bias());
            // The two elements of a pair changed places, as they would be with the halves of a byte.
            assertThrows(IllegalStateException.class, () -> Samples.check(product, right, operands.activations(),
                    (j, p) -> operands.weights().at(j, p ^ 1), operands.bias()));
            if (product.bias()) {
                assertThrows(IllegalStateException.class, () -> Samples.check(product, right, operands.activations(),
                        operands.weights()));
            }
        }
    }

    @Test
    void theBenchFindsIt() {
        assertEquals(1,
                ServiceLoader.load(Peer.class).stream().filter(peer -> peer.type() == OnnxRuntime.class).count());
    }
}
