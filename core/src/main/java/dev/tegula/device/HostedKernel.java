package dev.tegula.device;

import dev.tegula.kernel.Batch;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Operand;
import dev.tegula.kernel.RowCount;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Dim;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A device's kernel bound to the host's memory: each call uploads its inputs and downloads what it wrote. */
final class HostedKernel implements Kernel {
    private final DeviceKernelFactory factory;
    private final KernelArgs args;

    HostedKernel(DeviceKernelFactory factory, KernelArgs args) {
        this.factory = factory;
        this.args = args;
        factory.refuse(args.request())
                .ifPresent(refusal -> {
                    throw new IllegalArgumentException(refusal.toString());
                });
        factory.device();
    }

    @Override
    public int portions(Batch batch, int workers) {
        return 1;
    }

    @Override
    public void run(Batch batch, int portion, int portions, Scratch scratch) {
        List<DeviceBuffer> buffers = new ArrayList<>();
        try {
            List<DeviceOperand> inputs = new ArrayList<>();
            for (Operand input : args.inputs()) {
                inputs.add(upload(input, buffers));
            }
            List<DeviceOperand.Matrix> outputs = new ArrayList<>();
            for (TensorView output : args.outputs()) {
                outputs.add(upload(output, buffers));
            }
            DeviceCall call = new DeviceCall(factory, args.request(), inputs, outputs);
            try (DeviceProgram program = factory.device().program(List.of(call))) {
                program.run(batch);
                download(batch, inputs, outputs);
            }
        } finally {
            buffers.forEach(DeviceBuffer::close);
        }
    }

    private DeviceOperand upload(Operand operand, List<DeviceBuffer> buffers) {
        return switch (operand) {
            case Operand.Matrix(TensorView view) -> upload(view, buffers);
            case Operand.Weights w -> {
                long bytes = w.packing().bytes(w.type(), w.rows(), w.cols());
                yield new DeviceOperand.Weights(upload(w.segment(), w.offset(), bytes, buffers), w.type(), w.rows(),
                        w.cols(), w.packing());
            }
            case Operand.Cache(MemorySegment pool, KvLayout layout) -> {
                int layer = layer();
                KvLayout own = new KvLayout(layout.type(), 1, layout.kvHeads(), layout.headSize(), layout.blocks());
                yield new DeviceOperand.Cache(upload(pool, layout.keyOffset(layer, 0, 0), own.bytes(), buffers), own);
            }
            case Operand.Table table -> throw new IllegalArgumentException(
                    args.request() + ": a table that stays in its file is for kernels of the host");
        };
    }

    private DeviceOperand.Matrix upload(TensorView view, List<DeviceBuffer> buffers) {
        long rowBytes = view.type().bytes(view.cols());
        DeviceBuffer buffer = allocate(view.rows() * rowBytes, buffers);
        for (long r = 0; r < view.rows(); r++) {
            buffer.write(r * rowBytes, view.segment(), view.rowOffset(r), rowBytes);
        }
        return new DeviceOperand.Matrix(buffer, 0, view.type(), view.rows(), view.cols());
    }

    private DeviceBuffer upload(MemorySegment src, long offset, long bytes, List<DeviceBuffer> buffers) {
        DeviceBuffer buffer = allocate(bytes, buffers);
        buffer.write(0, src, offset, bytes);
        return buffer;
    }

    private DeviceBuffer allocate(long bytes, List<DeviceBuffer> buffers) {
        DeviceBuffer buffer = factory.device().allocate(bytes, "an operand of " + factory.id());
        buffers.add(buffer);
        return buffer;
    }

    private void download(Batch batch, List<DeviceOperand> inputs, List<DeviceOperand.Matrix> outputs) {
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
