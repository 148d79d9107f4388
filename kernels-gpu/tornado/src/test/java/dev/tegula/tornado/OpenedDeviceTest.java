package dev.tegula.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What TornadoVM makes of a kernel is not trusted. */
@Timeout(300)
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
        return call(name, adding, request -> null);
    }

    private List<DeviceCall> call(String name, Adding adding, Function<KernelRequest, String> condition) {
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
                .withCondition(condition)
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

    @Test
    void aBatchWithMoreRowsThanThereIsMemoryForIsRefused() {
        List<DeviceCall> calls = call("few", (a, b, y, n) -> (graph, name, c) -> graph.task(name, RowKernels::add, c, a,
                b, y, n));
        try (DeviceProgram program = device.program(calls); Storage storage = new Storage("test")) {
            Batch batch = new Batch(storage, 2, 1, 1);
            batch.addSequence(new int[1], 1);
            batch.addRow(0, 0, true);
            program.run(batch);
            batch.addRow(0, 1, true);
            String message = assertThrows(IllegalArgumentException.class, () -> program.run(batch)).getMessage();
            assertEquals(device.info().id() + ": the batch has 2 rows of TOKENS, and there is memory for 1", message);
        }
    }

    /** The comparison asks what the kernel takes, outside the device's lock: there it stands still until another has asked too. */
    @Test
    void nobodyGetsAKernelWhileItIsBeingCompared() throws Exception {
        CountDownLatch comparing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<DeviceCall> calls = call("slow", (a, b, y, n) -> (graph, name, c) -> graph.task(name, RowKernels::gate, c,
                a, b, y, n, RowKernels.SILU), request -> {
                    if (!Thread.holdsLock(device)) {
                        comparing.countDown();
                        await(goOn);
                    }
                    return null;
                });
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Runnable asks = () -> {
            try {
                device.program(calls);
            } catch (DeviceException e) {
                thrown.add(e);
            }
        };
        Thread first = Thread.ofPlatform().start(asks);
        await(comparing);
        Thread second = Thread.ofPlatform().start(asks);
        // Without the guard it would never come to that.
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (second.getState() != Thread.State.BLOCKED && second.isAlive() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        Thread.State met = second.getState();
        goOn.countDown();
        first.join();
        second.join();
        assertEquals(Thread.State.BLOCKED, met);
        assertEquals(2, thrown.size(), "the kernel is wrong for both");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
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
