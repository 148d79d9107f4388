package dev.tegula.tornado;

import dev.tegula.device.Device;
import dev.tegula.device.suite.TestDevices;

/** The device that tests run on. */
final class TestDevice {
    private TestDevice() {}

    /** The first device; skips the test where there is none. */
    static Device open() {
        TestDevices.require(TornadoDevices.list().refusal());
        return new TornadoBackend().open(0);
    }
}
