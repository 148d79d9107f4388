package dev.tegula.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.KernelFactory;
import dev.tegula.kernel.conform.Conformance;
import dev.tegula.kernel.conform.Report;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostedKernelTest {
    /** Ops with each kind of operands: rows apart, tables by position, the cache read and written, two outputs. */
    private static final Set<String> OPS = Set.of("rmsnorm", "attention", "ropekvwrite", "kvwrite", "selectrows",
            "topk");

    @Test
    void aKernelOfADeviceWorksOnMemoryOfTheHost() {
        try (FakeDevice device = FakeDevice.ofBytes(1L << 30)) {
            int checked = 0;
            for (KernelFactory kernel : device.kernels().kernels()) {
                boolean weights = kernel.id().rhs().equals("q4_0") && !kernel.id().op().equals("embed");
                if (weights || OPS.contains(kernel.id().op())) {
                    Report report = Conformance.check(kernel);
                    assertTrue(report.passed(), report.toString());
                    checked++;
                }
            }
            assertTrue(checked > 10, checked + " kernels");
            assertEquals(0, device.allocatedBytes(), "bytes left on the device");
            assertEquals(0, device.programs(), "programs left open");
        }
    }
}
