package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tegula.kernel.Refusal;
import java.util.Optional;

/** The device that tests run on. */
final class TestDevice {
    /** System property: whether its absence fails tests instead of skipping them. */
    static final String REQUIRED = "tegula.gpu.required";

    private TestDevice() {}

    /** Its description; skips the test where there is none. */
    static OpenClDevice facts() {
        Optional<Refusal> refusal = OpenClDevices.list().refusal();
        if (refusal.isPresent() && Boolean.getBoolean(REQUIRED)) {
            fail("-D" + REQUIRED + "=true, but " + refusal.get());
        }
        assumeTrue(refusal.isEmpty(), () -> refusal.get().toString());
        return OpenClDevices.list().devices().getFirst();
    }

    /** The device, cut as its kind wants; nothing is kept. */
    static OpenedDevice open() {
        return open(Shape.of(facts().kind()));
    }

    /** The device, cut in another way. */
    static OpenedDevice open(Shape shape) {
        return OpenedDevice.open(facts(), shape, new BinaryCache(Optional.empty()));
    }
}
