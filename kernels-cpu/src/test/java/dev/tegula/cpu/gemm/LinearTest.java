package dev.tegula.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every linear kernel against its twin. */
class LinearTest {
    static Stream<KernelFactory> factories() {
        return LinearFactory.all().stream();
    }

    static Stream<KernelFactory> matMuls() {
        return factories().filter(factory -> factory.id().op().equals("matmul"));
    }

    @ParameterizedTest
    @MethodSource("factories")
    void bitsOfTheTwin(KernelFactory factory) {
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }

    @ParameterizedTest
    @MethodSource("matMuls")
    void packingTakesWhatItSays(KernelFactory factory) {
        KernelRequest request = request(factory, 33, 512);
        DType type = request.input(1).type();
        assertEquals(3 * factory.packing().groupBytes(type, 512), factory.packing().bytes(type, 33, 512));
        assertEquals(16, factory.packing().groupRows());
    }

    static KernelRequest request(KernelFactory factory, int n, int k) {
        return StandardRequests.of("matmul")
                .stream()
                .filter(request -> factory.refuse(request).isEmpty())
                .map(request -> new KernelRequest(new Op.MatMul(false, false),
                        List.of(new KernelRequest.Spec(request.input(0).type(), Dim.TOKENS, k),
                                new KernelRequest.Spec(request.input(1).type(), Dim.of(n), k)),
                        List.of(new KernelRequest.Spec(DType.F32, Dim.TOKENS, n))))
                .findFirst()
                .orElseThrow();
    }
}
