package dev.tegula.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceException;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;

/** Who owns what on a device, and what happens when it is misused or full. */
class OpenedDeviceTest {
    private static final KernelRequest.Spec FOUR = new KernelRequest.Spec(DType.F32, Dim.TOKENS, 4);
    private static final KernelRequest ADD = new KernelRequest(new Op.Add(), List.of(FOUR, FOUR), List.of(FOUR));

    private static DeviceOperand.Matrix matrix(DeviceBuffer buffer) {
        return new DeviceOperand.Matrix(buffer, 0, DType.F32, 1, 4);
    }

    private static DeviceCall add(OpenedDevice device, DeviceBuffer buffer) {
        DeviceKernelFactory kernel = (DeviceKernelFactory) device.kernels()
                .kernels()
                .stream()
                .filter(k -> k.id().op().equals("add"))
                .findFirst()
                .orElseThrow();
        return new DeviceCall(kernel, ADD, List.of(matrix(buffer), matrix(buffer)), List.of(matrix(buffer)));
    }

    private static Batch oneRow(Storage storage) {
        Batch batch = new Batch(storage, 1, 1, 1);
        batch.addSequence(new int[1], 1);
        batch.addRow(0, 0, true);
        return batch;
    }

    @Test
    void aProgramRunsAgainAndAgain() {
        try (OpenedDevice device = TestDevice.open();
                Storage storage = new Storage("test");
                Arena arena = Arena.ofConfined()) {
            DeviceBuffer buffer = device.allocate(16, "four floats");
            buffer.write(0, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f, 2f, 3f, -0f), 0, 16);
            DeviceProgram program = device.program(List.of(add(device, buffer)));
            program.run(oneRow(storage));
            program.run(oneRow(storage));
            MemorySegment got = arena.allocate(16);
            buffer.read(0, got, 0, 16);
            assertArrayEquals(new float[]{4f, 8f, 12f, -0f}, got.toArray(ValueLayout.JAVA_FLOAT));
            program.close();
            program.close();
            assertThrows(IllegalStateException.class, () -> program.run(oneRow(storage)));
        }
    }

    @Test
    void buffersAreClosedOnceAndAccountedFor() {
        OpenedDevice device = TestDevice.open();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(64);
            DeviceBuffer buffer = device.allocate(64, "a norm");
            DeviceBuffer left = device.allocate(32, "left to the device");
            assertEquals(96, device.allocatedBytes());
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.write(1, host, 0, 64));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.read(0, host, 1, 64));
            assertThrows(IllegalArgumentException.class,
                    () -> buffer.write(0, MemorySegment.ofArray(new byte[8]), 0, 8));
            buffer.close();
            buffer.close();
            assertEquals(32, device.allocatedBytes());
            String message = assertThrows(IllegalStateException.class, () -> buffer.read(0, host, 0, 8)).getMessage();
            assertTrue(message.contains("a norm"), message);
            assertThrows(IllegalStateException.class, () -> device.program(List.of(add(device, buffer))));
            device.close();
            device.close();
            assertEquals(0, device.allocatedBytes());
            assertThrows(IllegalStateException.class, () -> left.write(0, host, 0, 8));
            assertThrows(IllegalStateException.class, () -> device.allocate(8, "too late"));
            assertThrows(IllegalStateException.class, device::finish);
            left.close();
        } finally {
            device.close();
        }
    }

    @Test
    void aDeviceThatIsFullSaysSo() {
        try (OpenedDevice device = TestDevice.open()) {
            device.allocate(1000, "something");
            long tooMuch = device.info().largestBufferBytes() + 1;
            String message = assertThrows(OutOfMemoryError.class, () -> device.allocate(tooMuch, "the weights"))
                    .getMessage();
            assertTrue(message.matches("(?s)opencl:0: the weights: [0-9,]+ bytes asked for, 1,000 held; .*"), message);
            assertEquals(1000, device.allocatedBytes());
        }
    }

    @Test
    void memoryOfAnotherDeviceOrShapeIsRefused() {
        try (OpenedDevice device = TestDevice.open(); OpenedDevice other = TestDevice.open()) {
            DeviceBuffer foreign = other.allocate(16, "elsewhere");
            assertThrows(IllegalArgumentException.class, () -> device.program(List.of(add(device, foreign))));
            DeviceBuffer own = device.allocate(16, "here");
            assertThrows(IllegalArgumentException.class, () -> device.program(List.of(add(other, own))));
            DeviceCall call = add(device, own);
            DeviceOperand.Matrix narrow = new DeviceOperand.Matrix(own, 0, DType.F32, 1, 2);
            assertThrows(IllegalArgumentException.class, () -> device.program(List
                    .of(new DeviceCall(call.kernel(), ADD, List.of(narrow, narrow), List.of(narrow)))));
            assertEquals(16, device.allocatedBytes());
        }
    }

    @Test
    void aKernelThatDoesNotCompileNamesItself() {
        try (OpenedDevice device = TestDevice.open()) {
            Source wrong = Source.of("something wrong", "#error on purpose");
            String message = assertThrows(DeviceException.class, () -> device.built(wrong)).getMessage();
            assertTrue(message.startsWith("opencl:0: kernels of something wrong do not compile: status -11"), message);
            assertTrue(message.contains("CL_BUILD_PROGRAM_FAILURE") && message.contains("on purpose"), message);
        }
    }

    /** A user's event stands for that of a kernel: its status is whatever we say. */
    @Test
    void aFailureByAnEventIsNoticedByWhoeverWaits() {
        try (OpenedDevice device = TestDevice.open(); Arena arena = Arena.ofConfined()) {
            DeviceBuffer buffer = device.allocate(16, "four floats");
            MemorySegment host = arena.allocate(16);
            for (int status : new int[]{CL10.CL_COMPLETE, -5}) {
                synchronized (device) {
                    long event = CL11.clCreateUserEvent(device.context(), (int[]) null);
                    CL11.clSetUserEventStatus(event, status);
                    device.asked().add(event, "some kernel");
                }
                if (status == CL10.CL_COMPLETE) {
                    buffer.read(0, host, 0, 16);
                }
            }
            for (int i = 0; i < 2; i++) {
                String message = assertThrows(DeviceException.class, () -> buffer.read(0, host, 0, 16)).getMessage();
                assertTrue(message.startsWith("opencl:0: some kernel: ended with status -5 (CL_OUT_OF_RESOURCES)"),
                        message);
            }
            assertThrows(DeviceException.class, device::finish);
        }
    }

    /** Somebody who waits for something else looks at it too early, and then nobody but those who wait later. */
    @Test
    void aKernelThatIsNotDoneWhenAskedFailsLater() {
        try (OpenedDevice device = TestDevice.open(); Arena arena = Arena.ofConfined()) {
            DeviceBuffer buffer = device.allocate(16, "four floats");
            MemorySegment host = arena.allocate(16);
            long event;
            synchronized (device) {
                event = CL11.clCreateUserEvent(device.context(), (int[]) null);
                device.asked().add(event, "a slow kernel");
            }
            buffer.read(0, host, 0, 16);
            buffer.read(0, host, 0, 16);
            CL11.clSetUserEventStatus(event, -5);
            String message = assertThrows(DeviceException.class, () -> buffer.read(0, host, 0, 16)).getMessage();
            assertTrue(message.startsWith("opencl:0: a slow kernel: ended with status -5"), message);
        }
    }

    /** After a kernel has failed drivers refuse what waits for it, with a status that says nothing of the kernel. */
    @Test
    void aFailedReadNamesTheKernelThatFailed() {
        try (OpenedDevice device = TestDevice.open()) {
            synchronized (device) {
                String message = assertThrows(DeviceException.class, () -> device.check("read of logits", -14))
                        .getMessage();
                assertEquals("opencl:0: read of logits: " + Status.text(-14), message);
                long event = CL11.clCreateUserEvent(device.context(), (int[]) null);
                CL11.clSetUserEventStatus(event, -5);
                device.asked().add(event, "some kernel");
                message = assertThrows(DeviceException.class, () -> device.check("read of logits", -14)).getMessage();
                assertTrue(message.startsWith("opencl:0: some kernel: ended with status -5"), message);
            }
        }
    }

    /** More than are kept at first, of which those that are done go. */
    @Test
    void thousandsOfKernelsMayBeAskedForBeforeSomebodyWaits() {
        try (OpenedDevice device = TestDevice.open(); Storage storage = new Storage("test")) {
            DeviceBuffer buffer = device.allocate(16, "four floats");
            try (Arena arena = Arena.ofConfined()) {
                buffer.write(0, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 0f, 0f, 0f, 0f), 0, 16);
                DeviceProgram program = device.program(List.of(add(device, buffer)));
                Batch batch = oneRow(storage);
                for (int i = 0; i < 2000; i++) {
                    program.run(batch);
                }
                MemorySegment got = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1f, 1f, 1f, 1f);
                buffer.read(0, got, 0, 16);
                assertEquals(0f, got.get(ValueLayout.JAVA_FLOAT, 0));
            }
        }
    }

    @Test
    void aBatchWithMoreRowsThanThereIsMemoryForIsRefused() {
        try (OpenedDevice device = TestDevice.open(); Storage storage = new Storage("test")) {
            DeviceProgram program = device.program(List.of(add(device, device.allocate(16, "four floats"))));
            Batch batch = new Batch(storage, 2, 1, 1);
            batch.addSequence(new int[1], 1);
            batch.addRow(0, 0, true);
            program.run(batch);
            batch.addRow(0, 1, true);
            String message = assertThrows(IllegalArgumentException.class, () -> program.run(batch)).getMessage();
            assertEquals("opencl:0: the batch has 2 rows of TOKENS, and there is memory for 1", message);
        }
    }

    @Test
    void aKernelThatIsNotThereNamesItself() {
        try (OpenedDevice device = TestDevice.open()) {
            BuiltProgram program = device.built(Source.of("elements", "rows.cl"));
            String message = assertThrows(DeviceException.class, () -> program.kernel("nothing")).getMessage();
            assertTrue(message.contains("elements, nothing") && message.contains("CL_INVALID_KERNEL_NAME"), message);
        }
    }
}
