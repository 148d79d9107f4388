package dev.tegula.opencl;

import dev.tegula.device.BatchLimits;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceProgram;
import dev.tegula.kernel.Batch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.opencl.CL10;

/** Bound kernels, in order, and the memory that they share: the batch, and parts of attention. */
final class OpenClProgram implements DeviceProgram {
    private static final int ROW_BYTES = 16;

    private final OpenedDevice device;
    private final List<Step> steps = new ArrayList<>();
    private final List<Launch> launches = new ArrayList<>();
    private final List<OpenClBuffer> owned = new ArrayList<>();
    private OpenClBuffer between;
    private OpenClBuffer rows;
    private OpenClBuffer tables;
    private final BatchLimits limits;
    private boolean readsBatch;
    private boolean closed;

    /** What a call does in a run. */
    @FunctionalInterface
    interface Step {
        /** Asks the device to do it. */
        void run(Batch batch);
    }

    OpenClProgram(OpenedDevice device, List<DeviceCall> calls) {
        this.device = device;
        this.limits = BatchLimits.of(device, calls);
        try {
            for (DeviceCall call : calls) {
                steps.add(((OpenClKernel) call.kernel()).bind(call, this));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    OpenedDevice device() {
        return device;
    }

    /** A kernel that is released with the program. */
    Launch launch(DeviceCall call, Source source, String kernel, int... local) {
        Launch launch = new Launch(device, call.kernel().id().toString(), source, kernel, local);
        launches.add(launch);
        return launch;
    }

    /**
     * Memory that steps use one after the other, for nothing that outlives a step.
     *
     * @param bytes at least so many
     */
    OpenClBuffer between(long bytes) {
        if (between == null || between.bytes() < bytes) {
            between = allocate(bytes, "parts of attention");
        }
        return between;
    }

    /** Memory that is freed with the program. */
    OpenClBuffer allocate(long bytes, String what) {
        OpenClBuffer buffer = device.allocate(bytes, what);
        owned.add(buffer);
        return buffer;
    }

    /** Says that a step reads the batch's rows or tables. */
    void readsBatch() {
        readsBatch = true;
    }

    /** The rows of the batch that runs. */
    OpenClBuffer rows() {
        return rows;
    }

    /** Its block tables. */
    OpenClBuffer tables() {
        return tables;
    }

    @Override
    public void run(Batch batch) {
        synchronized (device) {
            if (closed) {
                throw new IllegalStateException(device.info().id() + ": the program is closed");
            }
            limits.check(batch);
            if (readsBatch) {
                rows = fill(rows, batch.rowsMemory(), (long) ROW_BYTES * batch.rows(), "rows of the batch");
                tables = fill(tables, batch.tablesMemory(), 4L * batch.sequences() * batch.maxBlocks(),
                        "block tables of the batch");
            }
            for (int i = 0; i < steps.size(); i++) {
                steps.get(i).run(batch);
            }
            device.check("clFlush", CL10.clFlush(device.queue()));
        }
    }

    /** Copies the batch's memory to the device; batches of a program are nearly always of one size. */
    private OpenClBuffer fill(OpenClBuffer before, MemorySegment memory, long used, String what) {
        OpenClBuffer buffer = before;
        if (buffer == null || buffer.bytes() < memory.byteSize()) {
            if (buffer != null) {
                buffer.close();
            }
            buffer = allocate(memory.byteSize(), what);
        }
        buffer.write(0, memory, 0, used);
        return buffer;
    }

    @Override
    public void close() {
        synchronized (device) {
            if (!closed) {
                closed = true;
                launches.forEach(Launch::release);
                owned.forEach(OpenClBuffer::close);
                device.holdings().remove(this);
            }
        }
    }
}
