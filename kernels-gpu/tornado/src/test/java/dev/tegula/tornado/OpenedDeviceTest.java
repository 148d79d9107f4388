package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What TornadoVM makes of a kernel is not trusted. */
class OpenedDeviceTest {
    private static final int COLS = 32;
    private static final KernelRequest ADD = new KernelRequest(new Op.Add(),
            List.of(new Spec(DType.F32, Dim.TOKENS, COLS), new Spec(DType.F32, Dim.TOKENS, COLS)),
            List.of(new Spec(DType.F32, Dim.TOKENS, COLS)));

    private OpenedDevice device;

    /** Adds a task to a graph. */
    private interface Adding {
        Step.Task of(FloatArray a, FloatArray b, FloatArray y, int n);
    }

    @BeforeEach
    void open() {
        device = (OpenedDevice) TestDevice.open();
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    private List<DeviceCall> call(String name, Adding adding) {
        KernelId id = KernelId.of("add", DType.F32, DType.F32, DType.F32, name, TornadoKernel.ENGINE);
        TornadoKernel kernel = TornadoKernel
                .of(id, Op.Add.class, List.of(DType.F32, DType.F32), List.of(DType.F32), (call, program) -> {
                    View a = program.input(call, 0);
                    View b = program.input(call, 1);
                    View y = program.output(call);
                    int n = call.output().cols();
                    program.step(call, n, RowOps.FLAT, RowCount.TOKENS::in, List.of(a, b), List.of(y), List.of(),
                            adding.of(a.floats(), b.floats(), y.floats(), n));
                })
                .on(device);
        DeviceBuffer buffer = device.allocate(4L * COLS, "a row");
        DeviceOperand.Matrix row = new DeviceOperand.Matrix(buffer, 0, DType.F32, 1, COLS);
        return List.of(new DeviceCall(kernel, ADD, List.of(row, row), List.of(row)));
    }

    @Test
    void aKernelThatComputesSomethingElseIsAnErrorEachTime() {
        List<DeviceCall> calls = call("wrong", (a, b, y, n) -> (graph, name, c) -> graph.task(name, RowKernels::gate, c,
                a, b, y, n, RowKernels.SILU));
        for (int i = 0; i < 2; i++) {
            String message = assertThrows(DeviceException.class, () -> device.program(calls)).getMessage();
            assertTrue(message.startsWith(device.info().id() + ": add.f32.f32.f32.wrong.tornado: its results are not"),
                    message);
        }
    }

    /** TornadoVM's own way out would be to run it as Java, where every index is 0. */
    @Test
    void aKernelThatDoesNotCompileIsAnErrorThatNamesIt() {
        List<DeviceCall> calls = call("bits", (a, b, y, n) -> (graph, name, c) -> graph.task(name,
                OpenedDeviceTest::bits, c, a, b, y));
        String message = assertThrows(DeviceException.class, () -> device.program(calls)).getMessage();
        assertTrue(message.contains("add.f32.f32.f32.bits.tornado"), message);
        List<DeviceCall> right = call("right", (a, b, y, n) -> (graph, name, c) -> graph.task(name, RowKernels::add, c,
                a, b, y, n));
        device.program(right).close();
        assertEquals(2 * 4L * COLS, device.allocatedBytes());
    }

    static void bits(KernelContext c, FloatArray a, FloatArray b, FloatArray y) {
        int i = c.globalIdx;
        y.set(i, Float.intBitsToFloat(Float.floatToRawIntBits(a.get(i)) ^ Float.floatToRawIntBits(b.get(i))));
    }
}
