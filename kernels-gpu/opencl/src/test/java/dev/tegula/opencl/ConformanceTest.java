package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All kernels against their scalar twins, bit by bit, on the first device. */
class ConformanceTest {
    private static OpenedDevice device;

    @BeforeAll
    static void open() {
        device = TestDevice.open();
    }

    @AfterAll
    static void close() {
        if (device != null) {
            device.close();
        }
    }

    static Stream<KernelFactory> kernels() {
        return new OpenClKernels().kernels().stream();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void sameBits(KernelFactory listed) {
        KernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().equals(listed.id()))
                .findFirst()
                .orElseThrow();
        Report report = Conformance.check(kernel);
        assertEquals(List.of(), report.differences());
    }
}
