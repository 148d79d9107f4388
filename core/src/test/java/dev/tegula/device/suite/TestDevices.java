package dev.tegula.device.suite;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.Refusal;
import java.util.Optional;

/** Whether tests that need a device run. */
public final class TestDevices {
    /** System property: whether the absence of a device fails tests instead of skipping them. */
    private static final String REQUIRED = "tegula.gpu.required";

    private TestDevices() {}

    /** Skips the test where a backend has no device, or fails it where one is required. */
    public static void require(Optional<Refusal> refusal) {
        if (refusal.isPresent() && Boolean.getBoolean(REQUIRED)) {
            fail("-D" + REQUIRED + "=true, but " + refusal.get());
        }
        assumeTrue(refusal.isEmpty(), () -> refusal.get().toString());
    }
}
