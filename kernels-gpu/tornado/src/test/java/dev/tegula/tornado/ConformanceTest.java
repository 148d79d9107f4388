package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.Device;
import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import dev.tegula.kernel.conform.StandardRequests;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All kernels against their scalar twins within their bounds, on the first device. */
class ConformanceTest {
    /** Each call is compiled anew, so of a kernel's requests only so many are made here; verify-kernels makes all. */
    private static final int REQUESTS = 3;

    private static Device device;

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
        return new TornadoKernels().kernels().stream();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void withinBounds(KernelFactory listed) {
        KernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().equals(listed.id()))
                .findFirst()
                .orElseThrow();
        List<KernelRequest> all = StandardRequests.of(kernel);
        List<KernelRequest> some = Stream.iterate(0, i -> i < REQUESTS, i -> i + 1)
                .map(i -> all.get((all.size() - 1) * i / (REQUESTS - 1)))
                .distinct()
                .toList();
        Report report = Conformance.check(kernel, some, 0);
        assertEquals(List.of(), report.differences());
        assertTrue(report.passed(), report::toString);
    }
}
