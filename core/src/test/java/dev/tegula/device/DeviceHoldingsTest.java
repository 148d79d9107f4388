package dev.tegula.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.kernel.Batch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is open is counted, and closed to the last although something fails. */
class DeviceHoldingsTest {
    private final List<String> closed = new ArrayList<>();
    private final FakeDevice device = new FakeDevice(1000, 600, op -> true);
    private final DeviceHoldings holdings = new DeviceHoldings(device.info());

    /** A program that cannot be closed. */
    private DeviceProgram failing(String name) {
        return new DeviceProgram() {
            @Override
            public void run(Batch batch) {
                throw new AssertionError(name);
            }

            @Override
            public void close() {
                closed.add(name);
                throw new DeviceException("fake:0", name, "made to fail");
            }
        };
    }

    @Test
    void countsBytesOnce() {
        DeviceBuffer buffer = device.allocate(100, "a norm");
        holdings.add(buffer);
        holdings.add(buffer);
        assertEquals(100, holdings.bytes());
        holdings.remove(buffer);
        holdings.remove(buffer);
        assertEquals(0, holdings.bytes());
    }

    @Test
    void saysWhatThereIsNoRoomFor() {
        holdings.checkRoom(600, "a buffer");
        assertThrows(IllegalArgumentException.class, () -> holdings.checkRoom(0, "nothing"));
        String message = assertThrows(OutOfMemoryError.class, () -> holdings.checkRoom(601, "the weights"))
                .getMessage();
        assertEquals("fake:0: the weights: 601 bytes asked for, 0 held; it has 1,000, buffers of at most 600", message);
        holdings.add(device.allocate(500, "half of it"));
        holdings.checkRoom(500, "the other half");
        message = assertThrows(OutOfMemoryError.class, () -> holdings.checkRoom(501, "too much")).getMessage();
        assertTrue(message.contains("501 bytes asked for, 500 held"), message);
    }

    @Test
    void everythingIsClosedAlthoughSomethingFails() {
        holdings.add(failing("first"));
        holdings.add(failing("second"));
        DeviceBuffer buffer = device.allocate(100, "a norm");
        holdings.add(buffer);
        DeviceException e = assertThrows(DeviceException.class, holdings::close);
        assertEquals(List.of("first", "second"), closed);
        assertTrue(e.getMessage().contains("first"), e.getMessage());
        assertArrayEquals(new String[]{"fake:0: second: made to fail"},
                List.of(e.getSuppressed()).stream().map(Throwable::getMessage).toArray());
        assertEquals(0, device.allocatedBytes());
        assertThrows(IllegalStateException.class, holdings::checkOpen);
        holdings.close();
        assertEquals(2, closed.size(), "closed once");
    }
}
