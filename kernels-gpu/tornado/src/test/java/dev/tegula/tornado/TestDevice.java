package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.device.Device;
import dev.tegula.kernel.Refusal;
import java.util.Optional;

/** The device that tests run on. */
final class TestDevice {
    /** System property: whether its absence fails tests instead of skipping them. */
    static final String REQUIRED = "tegula.gpu.required";

    private TestDevice() {}

    /** The first device; skips the test where there is none. */
    static Device open() {
        Optional<Refusal> refusal = TornadoDevices.list().refusal();
        if (refusal.isPresent() && Boolean.getBoolean(REQUIRED)) {
            fail("-D" + REQUIRED + "=true, but " + refusal.get());
        }
        assumeTrue(refusal.isEmpty(), () -> refusal.get().toString());
        return new TornadoBackend().open(0);
    }
}
