package dev.tegula.opencl;

import dev.tegula.device.suite.TestDevices;
import java.util.Optional;

/** The device that tests run on. */
final class TestDevice {
    private TestDevice() {}

    /** Its description; skips the test where there is none. */
    static OpenClDevice facts() {
        TestDevices.require(OpenClDevices.list().refusal());
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
