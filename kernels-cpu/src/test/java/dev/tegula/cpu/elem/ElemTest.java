package dev.tegula.cpu.elem;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Row-wise and element-wise kernels against their twins, at the width of this JVM. */
class ElemTest {
    /** Those that run vectors; the plain ones are the twins themselves. */
    static Stream<KernelFactory> factories() {
        return ElemFactories.all().stream().filter(factory -> !factory.id().op().matches("embed|selectrows|kvwrite"));
    }

    @ParameterizedTest
    @MethodSource("factories")
    void bitsOfTheTwin(KernelFactory factory) {
        Report report = Conformance.check(factory);
        assertTrue(report.passed(), report.toString());
    }
}
