package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.Device;
import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs of additions on buffers that they share with each other and with the host. */
@Timeout(300)
class TornadoProgramTest {
    private static final int COLS = 64;
    private static final long ROW = 4L * COLS;
    private static final KernelRequest ADD = new KernelRequest(new Op.Add(),
            List.of(new Spec(DType.F32, Dim.TOKENS, COLS), new Spec(DType.F32, Dim.TOKENS, COLS)),
            List.of(new Spec(DType.F32, Dim.TOKENS, COLS)));

    private final Storage storage = new Storage("test");
    private Device device;
    private Batch batch;
    private MemorySegment host;

    @BeforeEach
    void open() {
        device = TestDevice.open();
        batch = new Batch(storage, 1, 1, 1);
        batch.addSequence(new int[]{0}, 1);
        batch.addRow(1, 0, true);
        host = storage.allocate(4 * ROW);
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
        storage.close();
    }

    /** Row c of a buffer becomes the sum of its rows a and b. */
    private DeviceCall add(DeviceBuffer buffer, int a, int b, int c) {
        DeviceKernelFactory kernel = device.kernels()
                .kernels()
                .stream()
                .filter(each -> each.refuse(ADD).isEmpty())
                .map(DeviceKernelFactory.class::cast)
                .findFirst()
                .orElseThrow();
        return new DeviceCall(kernel, ADD, List.of(row(buffer, a), row(buffer, b)), List.of(row(buffer, c)));
    }

    private static DeviceOperand.Matrix row(DeviceBuffer buffer, int row) {
        return new DeviceOperand.Matrix(buffer, row * ROW, DType.F32, 1, COLS);
    }

    private void write(DeviceBuffer buffer, int row, float value) {
        for (int i = 0; i < COLS; i++) {
            host.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
        buffer.write(row * ROW, host, 0, ROW);
    }

    /** What all elements of a row are. */
    private float value(DeviceBuffer buffer, int row) {
        buffer.read(row * ROW, host, 0, ROW);
        float value = host.get(ValueLayout.JAVA_FLOAT, 0);
        for (int i = 1; i < COLS; i++) {
            assertEquals(value, host.getAtIndex(ValueLayout.JAVA_FLOAT, i), "element " + i);
        }
        return value;
    }

    /** More steps than a graph has: each but the first consumes what the one before has left on the device. */
    @Test
    void aLongProgramIsAChainOfGraphs() {
        DeviceBuffer buffer = device.allocate(2 * ROW, "rows");
        List<DeviceCall> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            calls.add(add(buffer, 0, 1, 1));
        }
        try (DeviceProgram program = device.program(calls)) {
            write(buffer, 0, 1);
            write(buffer, 1, 0);
            program.run(batch);
            assertEquals(200, value(buffer, 1));
            program.run(batch);
            assertEquals(400, value(buffer, 1));
        }
    }

    @Test
    void programsSeeWhatTheHostAndOthersWrote() {
        DeviceBuffer buffer = device.allocate(3 * ROW, "rows");
        write(buffer, 0, 1);
        write(buffer, 1, 10);
        try (DeviceProgram first = device.program(List.of(add(buffer, 0, 1, 2)));
                DeviceProgram second = device.program(List.of(add(buffer, 2, 0, 1)))) {
            first.run(batch);
            second.run(batch);
            assertEquals(12, value(buffer, 1));
            assertEquals(11, value(buffer, 2));
            write(buffer, 2, 100);
            second.run(batch);
            assertEquals(101, value(buffer, 1));
        }
        assertEquals(101, value(buffer, 1), "what a program wrote outlives it");
    }

    @Test
    void whatIsClosedIsNotUsed() {
        DeviceBuffer buffer = device.allocate(3 * ROW, "rows");
        assertEquals(3 * ROW, device.allocatedBytes());
        DeviceProgram program = device.program(List.of(add(buffer, 0, 1, 2)));
        program.close();
        program.close();
        assertThrows(IllegalStateException.class, () -> program.run(batch));
        buffer.close();
        buffer.close();
        assertEquals(0, device.allocatedBytes());
        assertThrows(IllegalStateException.class, () -> buffer.read(0, host, 0, ROW));
        device.close();
        device.close();
        assertThrows(IllegalStateException.class, () -> device.allocate(1, "nothing"));
    }

    @Test
    void wrongRequestsSayWhatIsWrong() {
        assertThrows(IllegalArgumentException.class, () -> device.allocate(0, "nothing"));
        String message = assertThrows(OutOfMemoryError.class,
                () -> device.allocate(device.info().largestBufferBytes() + 1, "too much")).getMessage();
        assertTrue(message.contains("too much") && message.contains("bytes asked for, 0 held"), message);
        DeviceBuffer buffer = device.allocate(3 * ROW, "rows");
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.write(2 * ROW + 4, host, 0, ROW));
        DeviceCall call = add(buffer, 0, 1, 2);
        try (Device other = new TornadoBackend().open(0)) {
            assertThrows(IllegalArgumentException.class, () -> other.program(List.of(call)));
        }
    }
}
