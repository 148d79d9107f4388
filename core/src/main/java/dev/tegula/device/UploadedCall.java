package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.RowCount;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A device's kernel bound to copies of the host's operands, to be run any number of times and downloaded. */
public final class UploadedCall implements AutoCloseable {
    private final DeviceKernelFactory factory;
    private final KernelArgs args;
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<DeviceOperand> inputs = new ArrayList<>();
    private final List<DeviceOperand.Matrix> outputs = new ArrayList<>();
    private final DeviceProgram program;

    /**
     * Uploads the operands.
     *
     * @param factory a kernel of an open device
     * @param args memory of the host
     * @throws IllegalArgumentException when the memory does not fit the request, or the kernel does not take it
     * @throws OutOfMemoryError when the device has no room
     */
    public UploadedCall(DeviceKernelFactory factory, KernelArgs args) {
        this.factory = factory;
        this.args = args;
        try {
            args.inputs().forEach(input -> inputs.add(upload(input)));
            args.outputs().forEach(output -> outputs.add(upload(output)));
            program = factory.device().program(List.of(new DeviceCall(factory, args.request(), inputs, outputs)));
        } catch (RuntimeException | Error e) {
            buffers.forEach(DeviceBuffer::close);
            throw e;
        }
    }

    /** Asks the device to run it on a batch, as {@link DeviceProgram#run}. */
    public void run(Batch batch) {
        program.run(batch);
    }

    /** Frees the copies and the program. Idempotent. */
    @Override
    public void close() {
        program.close();
        buffers.forEach(DeviceBuffer::close);
    }

    private DeviceOperand upload(Operand operand) {
        return switch (operand) {
            case Operand.Matrix(TensorView view) -> upload(view);
            case Operand.Weights w -> {
                long bytes = w.packing().bytes(w.type(), w.rows(), w.cols());
                yield new DeviceOperand.Weights(upload(w.segment(), w.offset(), bytes), w.type(), w.rows(),
                        w.cols(), w.packing());
            }
            case Operand.Cache(MemorySegment pool, KvLayout layout) -> {
                int layer = layer();
                KvLayout own = layout.withLayers(1);
                yield new DeviceOperand.Cache(upload(pool, layout.keyOffset(layer, 0, 0), own.bytes()), own);
            }
            case Operand.Table table -> throw new IllegalArgumentException(
                    args.request() + ": a table that stays in its file is for kernels of the host");
        };
    }

    private DeviceOperand.Matrix upload(TensorView view) {
        long rowBytes = view.type().bytes(view.cols());
        DeviceBuffer buffer = allocate(view.rows() * rowBytes);
        for (long r = 0; r < view.rows(); r++) {
            buffer.write(r * rowBytes, view.segment(), view.rowOffset(r), rowBytes);
        }
        return new DeviceOperand.Matrix(buffer, 0, view.type(), view.rows(), view.cols());
    }

    private DeviceBuffer upload(MemorySegment src, long offset, long bytes) {
        DeviceBuffer buffer = allocate(bytes);
        buffer.write(0, src, offset, bytes);
        return buffer;
    }

    private DeviceBuffer allocate(long bytes) {
        DeviceBuffer buffer = factory.device().allocate(bytes, "an operand of " + factory.id());
        buffers.add(buffer);
        return buffer;
    }

    /** Copies what a run on a batch has written to the host's operands. */
    public void download(Batch batch) {
        for (int i = 0; i < outputs.size(); i++) {
            KernelRequest.Spec spec = args.request().outputs().get(i);
            TensorView view = args.outputs().get(i);
            long rowBytes = spec.type().bytes(spec.cols());
            long rows = rows(spec.rows(), batch);
            for (long r = 0; r < rows; r++) {
                outputs.get(i).buffer().read(r * rowBytes, view.segment(), view.rowOffset(r), rowBytes);
            }
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (args.inputs().get(i) instanceof Operand.Cache(MemorySegment pool, KvLayout layout)) {
                DeviceBuffer buffer = inputs.get(i).buffer();
                buffer.read(0, pool, layout.keyOffset(layer(), 0, 0), buffer.bytes());
            }
        }
    }

    private static long rows(Dim rows, Batch batch) {
        return rows.isSymbolic() ? RowCount.of(rows).in(batch) : rows.size();
    }

    private int layer() {
        return args.request().op().cacheLayer().orElseThrow();
    }
}
