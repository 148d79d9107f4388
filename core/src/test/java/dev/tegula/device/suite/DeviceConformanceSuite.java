package dev.tegula.device.suite;

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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All kernels of a backend against their scalar twins, on its first device. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class DeviceConformanceSuite {
    private Device device;

    /** The device; skips the test where there is none. */
    protected abstract Device open();

    /** The backend's kernels, whether or not there is a device. */
    protected abstract List<KernelFactory> kernels();

    /** The requests that a kernel is called with. */
    protected List<KernelRequest> requests(KernelFactory kernel) {
        return StandardRequests.of(kernel);
    }

    @BeforeAll
    final void openDevice() {
        device = open();
    }

    @AfterAll
    final void closeDevice() {
        if (device != null) {
            device.close();
        }
    }

    final Stream<KernelFactory> listed() {
        return kernels().stream();
    }

    /** The twin's bits, or of a kernel that is not exact results within its bounds. */
    @ParameterizedTest
    @MethodSource("listed")
    final void conforms(KernelFactory listed) {
        KernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().equals(listed.id()))
                .findFirst()
                .orElseThrow();
        Report report = Conformance.check(kernel, requests(kernel), 0);
        assertEquals(List.of(), report.differences());
        assertTrue(report.passed(), report::toString);
    }
}
