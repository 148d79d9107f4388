package dev.tegula.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelRequest.Spec;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.Storage;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches that would make kernels leave their memory. */
class BatchLimitsTest {
    private final Storage storage = new Storage("test");
    private final BatchLimits limits = new BatchLimits("fake:0");

    @AfterEach
    void close() {
        storage.close();
    }

    /** One sequence of rows at positions 62 ... 65, whose blocks are 7, 3 and 5; the last row is wanted. */
    private Batch batch() {
        Batch batch = new Batch(storage, 8, 2, 4);
        batch.addSequence(new int[]{7, 3, 5}, 3);
        for (int position = 62; position < 66; position++) {
            batch.addRow(1, position, position == 65);
        }
        return batch;
    }

    private String refused() {
        return assertThrows(IllegalArgumentException.class, () -> limits.check(batch())).getMessage();
    }

    @Test
    void whatFitsIsTaken() {
        limits.check(batch());
        limits.rows(RowCount.TOKENS, 4);
        limits.rows(RowCount.OUTPUTS, 1);
        limits.positions(66);
        limits.blocks(8, 0);
        limits.blocks(6, 1);
        limits.check(batch());
    }

    @Test
    void rowsAndPositions() {
        limits.positions(65);
        limits.positions(99);
        assertEquals("fake:0: row 3 is at position 65, and there are angles for 65", refused());
        limits.rows(RowCount.OUTPUTS, 0);
        assertEquals("fake:0: the batch has 1 rows of OUTPUTS, and there is memory for 0", refused());
    }

    /** Only those that are looked at count: with a window of 31 the first row begins at position 32. */
    @Test
    void blocksWithinTheWindow() {
        limits.blocks(7, 31);
        limits.check(batch());
        limits.blocks(7, 32);
        assertEquals("fake:0: sequence 0 has KV block 7 for its positions from 0 on, and there are 7", refused());
    }

    @Test
    void blocksThatAreWritten() {
        limits.blocks(5, 1);
        assertEquals("fake:0: sequence 0 has KV block 5 for its positions from 64 on, and there are 5", refused());
    }

    private static final int POSITIONS = 70;
    private static final int TOKENS = 9;

    private static Spec rows(int cols) {
        return new Spec(DType.F32, Dim.TOKENS, cols);
    }

    /** Rope and KV write for 2 heads of 4 elements on one KV head. */
    private static final KernelRequest WRITE = new KernelRequest(new Op.RopeKvWrite(0, 2, 1, 4, 4, false),
            List.of(rows(8), rows(4), rows(4), new Spec(DType.F32, Dim.of(POSITIONS), 4),
                    new Spec(DType.F32, Dim.CONTEXT, 8)),
            List.of(rows(8)));

    /** A row of a table that takes this request. */
    private static final class Row extends DeviceTypedFactory {
        Row(Device device) {
            super(row(KernelId.of("ropekvwrite", DType.F32, DType.F32, DType.F32, "row", "fake"), Op.RopeKvWrite.class,
                    List.of(DType.F32, DType.F32, DType.F32, DType.F32, DType.F32), List.of(DType.F32)), device);
        }
    }

    private static DeviceOperand.Matrix matrix(Device device, int rows, int cols) {
        return new DeviceOperand.Matrix(device.allocate(4L * rows * cols, "rows"), 0, DType.F32, rows, cols);
    }

    /** A call whose k has memory for so many rows, and whose cache so many blocks. */
    private static DeviceCall write(Device device, Device table, int rowsOfK, int blocks) {
        KvLayout layout = new KvLayout(DType.F32, 1, 1, 4, blocks);
        return new DeviceCall(new Row(device), WRITE,
                List.of(matrix(device, TOKENS, 8), matrix(device, rowsOfK, 4), matrix(device, TOKENS, 4),
                        matrix(table, POSITIONS, 4),
                        new DeviceOperand.Cache(device.allocate(layout.bytes(), "the cache"), layout)),
                List.of(matrix(device, TOKENS, 8)));
    }

    private String refused(DeviceCall call, Batch batch) {
        BatchLimits of = BatchLimits.of(call.kernel().device(), List.of(call));
        return assertThrows(IllegalArgumentException.class, () -> of.check(batch)).getMessage();
    }

    /** Inputs count as outputs do, and what the op reads and writes besides its rows. */
    @Test
    void limitsOfACall() {
        try (Device device = FakeDevice.ofBytes(1 << 20)) {
            BatchLimits.of(device, List.of(write(device, device, TOKENS, 6))).check(batch());
            assertEquals("fake:0: the batch has 4 rows of TOKENS, and there is memory for 3",
                    refused(write(device, device, 3, 6), batch()));
            assertEquals("fake:0: sequence 0 has KV block 5 for its positions from 64 on, and there are 5",
                    refused(write(device, device, TOKENS, 5), batch()));
            Batch far = new Batch(storage, 8, 1, 4);
            far.addSequence(new int[]{0, 1, 2}, 3);
            far.addRow(1, POSITIONS, true);
            assertEquals("fake:0: row 0 is at position 70, and there are angles for 70",
                    refused(write(device, device, TOKENS, 6), far));
        }
    }

    @Test
    void kernelsAndMemoryOfAnotherDeviceAreRefused() {
        try (Device device = FakeDevice.ofBytes(1 << 20); Device other = FakeDevice.ofBytes(1 << 20)) {
            DeviceCall call = write(device, device, TOKENS, 6);
            String message = assertThrows(IllegalArgumentException.class, () -> BatchLimits.of(other, List.of(call)))
                    .getMessage();
            assertEquals("ropekvwrite.f32.f32.f32.row.fake is no kernel of fake:0", message);
            DeviceCall mixed = write(device, other, TOKENS, 6);
            message = assertThrows(IllegalArgumentException.class, () -> BatchLimits.of(device, List.of(mixed)))
                    .getMessage();
            assertTrue(message.contains("the memory of input 3") && message.contains("another device"), message);
        }
    }

    @Test
    void memoryOfAnotherShapeIsRefused() {
        try (Device device = FakeDevice.ofBytes(1 << 20)) {
            DeviceCall call = write(device, device, TOKENS, 6);
            DeviceCall narrow = new DeviceCall(call.kernel(), WRITE, call.inputs(), List.of(matrix(device, TOKENS, 7)));
            String message = assertThrows(IllegalArgumentException.class, () -> BatchLimits.of(device, List.of(narrow)))
                    .getMessage();
            assertTrue(message.contains("output 0 is"), message);
        }
    }

    /** A check is made before every token. */
    @Test
    void checksAllocateNothing() {
        limits.rows(RowCount.TOKENS, 4);
        limits.positions(66);
        limits.blocks(8, 0);
        limits.blocks(8, 40);
        Batch batch = batch();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        check(batch);
        long before = threads.getCurrentThreadAllocatedBytes();
        check(batch);
        assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before);
    }

    private void check(Batch batch) {
        for (int i = 0; i < 1000; i++) {
            limits.check(batch);
        }
    }
}
