package dev.tegula.opencl;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Ops on rows of activations: norms, quantizing, gates, sums, selection. */
final class RowOps {
    private static final DType F32 = DType.F32;
    /** Work-items of a group where each has an element or block of its own. */
    static final int FLAT = 64;
    private static final int ADD = 3;
    /** The largest k for which two passes over a row are enough on GPUs. */
    private static final int MOST_TWICE = 128;
    /** Elements that a work-item quantizes on GPUs. */
    private static final int PIECE = 16;

    private static final Source ROWS = Source.of("elements", "rows.cl");
    private static final Source QUANTIZE = Source.of("quantizing", "quantize_block.cl");
    private static final Source NORM = Source.of("norms", "quantize_block.cl", "norm.cl");
    private static final Source TOP_K = Source.of("top k", "topk.cl");
    private static final Set<OpenClKernel.Need> DIVISION = Set.of(OpenClKernel.Need.DIVISION);

    private RowOps() {}

    static List<OpenClKernel> kernels() {
        List<OpenClKernel> kernels = new ArrayList<>(List.of(
                OpenClKernel.of(id("rmsnorm", F32), Op.RmsNorm.class, List.of(F32, F32), List.of(F32), DIVISION,
                        RowOps::rmsNorm),
                OpenClKernel.of(id("layernorm", F32), Op.LayerNorm.class, List.of(F32, F32, F32), List.of(F32),
                        DIVISION,
                        RowOps::layerNorm),
                OpenClKernel.of(id("softmax", F32), Op.Softmax.class, List.of(F32), List.of(F32), DIVISION,
                        RowOps::softmax),
                OpenClKernel.of(id("add", F32), Op.Add.class, List.of(F32, F32), List.of(F32), Set.of(),
                        (call, program) -> elementwise(call, program, ADD)),
                OpenClKernel.of(id("gate", F32), Op.Gate.class, List.of(F32, F32), List.of(F32), DIVISION,
                        (call, program) -> elementwise(call, program,
                                number(((Op.Gate) call.request().op()).activation()))),
                OpenClKernel.of(id("selectrows", F32), Op.SelectRows.class, List.of(F32), List.of(F32), Set.of(),
                        RowOps::selectRows),
                OpenClKernel.of(id("topk", F32), Op.TopK.class, List.of(F32), List.of(F32, DType.I32), Set.of(),
                        RowOps::topK),
                OpenClKernel.of(id("quantize", DType.BF16), Op.Quantize.class, List.of(F32), List.of(DType.BF16),
                        Set.of(), RowOps::roundBf16)));
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A128, DType.Q8_A256)) {
            kernels.add(OpenClKernel.of(id("quantize", type), Op.Quantize.class, List.of(F32), List.of(type), DIVISION,
                    RowOps::quantize));
            kernels.add(
                    OpenClKernel.of(id("normquantize", type), Op.NormQuantize.class, List.of(F32, F32), List.of(type),
                            DIVISION, RowOps::normQuantize));
        }
        return kernels;
    }

    private static KernelId id(String op, DType dst) {
        return KernelId.of(op, dst, F32, F32, "row", OpenClKernel.ENGINE);
    }

    /** An activation as the kernels know it. */
    static int number(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU -> 1;
            case RELU2 -> 2;
        };
    }

    private static RowCount rows(DeviceCall call) {
        return RowCount.of(call.request().output().rows());
    }

    /** A group of work-items for each row, or each of its parts. */
    private static OpenClProgram.Step groups(Launch launch, DeviceCall call, OpenClProgram program, int perRow) {
        RowCount count = rows(call);
        int items = program.device().shape().items();
        return batch -> launch.run((long) count.in(batch) * perRow * items, 1, 1);
    }

    /** A work-item for each of so many elements or blocks of a row; the last argument is how many there are. */
    private static OpenClProgram.Step flat(Launch launch, DeviceCall call, int perRow) {
        RowCount count = rows(call);
        int countAt = launch.arguments();
        return batch -> {
            int items = Math.multiplyExact(count.in(batch), perRow);
            launch.from(countAt).number(items).run(items, 1, 1);
        };
    }

    private static Launch group(DeviceCall call, OpenClProgram program, Source source, String kernel) {
        return program.launch(call, source, kernel, program.device().shape().items());
    }

    private static OpenClProgram.Step rmsNorm(DeviceCall call, OpenClProgram program) {
        Op.RmsNorm op = (Op.RmsNorm) call.request().op();
        Launch launch = group(call, program, NORM, "rms_norm").matrix(call.matrix(0))
                .matrix(call.matrix(1))
                .matrix(call.output())
                .number(call.output().cols() / op.groups())
                .number(op.eps());
        return groups(launch, call, program, op.groups());
    }

    private static OpenClProgram.Step layerNorm(DeviceCall call, OpenClProgram program) {
        Launch launch = group(call, program, NORM, "layer_norm").matrix(call.matrix(0))
                .matrix(call.matrix(1))
                .matrix(call.matrix(2))
                .matrix(call.output())
                .number(call.output().cols())
                .number(((Op.LayerNorm) call.request().op()).eps());
        return groups(launch, call, program, 1);
    }

    private static OpenClProgram.Step softmax(DeviceCall call, OpenClProgram program) {
        Launch launch = group(call, program, NORM, "softmax").matrix(call.matrix(0))
                .matrix(call.output())
                .number(call.output().cols());
        return groups(launch, call, program, 1);
    }

    private static OpenClProgram.Step normQuantize(DeviceCall call, OpenClProgram program) {
        DeviceOperand.Matrix y = call.output();
        Launch launch = group(call, program, NORM, "norm_quantize").matrix(call.matrix(0))
                .matrix(call.matrix(1))
                .matrix(y)
                .number(y.cols())
                .number(y.type().blockLength())
                .number(y.type().blockBytes())
                .number(((Op.NormQuantize) call.request().op()).eps());
        return groups(launch, call, program, 1);
    }

    private static OpenClProgram.Step quantize(DeviceCall call, OpenClProgram program) {
        DeviceOperand.Matrix y = call.output();
        int length = y.type().blockLength();
        Shape shape = program.device().shape();
        Launch launch = program.launch(call, QUANTIZE, "quantize", shape.isGpu() ? shape.items() : FLAT)
                .matrix(call.matrix(0))
                .matrix(y)
                .number(length)
                .number(y.type().blockBytes());
        int perRow = y.cols() / length;
        if (!shape.isGpu()) {
            return flat(launch, call, perRow);
        }
        RowCount count = rows(call);
        int countAt = launch.arguments();
        return batch -> {
            int blocks = Math.multiplyExact(count.in(batch), perRow);
            launch.from(countAt).number(blocks).run((long) blocks * (length / PIECE), 1, 1);
        };
    }

    private static OpenClProgram.Step roundBf16(DeviceCall call, OpenClProgram program) {
        Launch launch = program.launch(call, ROWS, "round_bf16", FLAT).matrix(call.matrix(0)).matrix(call.output());
        return flat(launch, call, call.output().cols());
    }

    private static OpenClProgram.Step elementwise(DeviceCall call, OpenClProgram program, int what) {
        Launch launch = program.launch(call, ROWS, "elementwise", FLAT)
                .matrix(call.matrix(0))
                .matrix(call.matrix(1))
                .matrix(call.output())
                .number(what);
        return flat(launch, call, call.output().cols());
    }

    private static OpenClProgram.Step selectRows(DeviceCall call, OpenClProgram program) {
        program.readsBatch();
        int cols = call.output().cols();
        Launch launch = program.launch(call, ROWS, "select_rows", FLAT)
                .matrix(call.matrix(0))
                .matrix(call.output())
                .number(cols);
        int batchAt = launch.arguments();
        return batch -> launch.from(batchAt)
                .buffer(program.rows())
                .number(batch.outputs())
                .run((long) batch.outputs() * cols, 1, 1);
    }

    private static OpenClProgram.Step topK(DeviceCall call, OpenClProgram program) {
        int k = ((Op.TopK) call.request().op()).k();
        boolean twice = program.device().shape().isGpu() && k > 2 && k <= MOST_TWICE;
        Launch launch = group(call, program, TOP_K, twice ? "top_k_twice" : "top_k")
                .matrix(call.matrix(0))
                .matrix(call.outputs().get(0))
                .matrix(call.outputs().get(1))
                .number(call.matrix(0).cols())
                .number(k);
        return groups(launch, call, program, 1);
    }

    /** Turns the heads of a matrix of so many rows as the batch has. */
    static OpenClProgram.Step rope(DeviceCall call, OpenClProgram program, DeviceOperand.Matrix x,
            DeviceOperand.Matrix y, DeviceOperand.Matrix table, int size, int dims, boolean halves) {
        program.readsBatch();
        Launch launch = program.launch(call, ROWS, "rope", FLAT)
                .matrix(x)
                .matrix(y)
                .matrix(table)
                .number(x.cols())
                .number(size)
                .number(dims)
                .number(halves ? 1 : 0);
        int batchAt = launch.arguments();
        int perRow = x.cols() / size * (size - dims / 2);
        return batch -> launch.from(batchAt)
                .buffer(program.rows())
                .number(batch.rows())
                .run((long) batch.rows() * perRow, 1, 1);
    }
}
