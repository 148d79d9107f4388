package dev.tegula.opencl;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import dev.tegula.tile.GroupPacking;
import dev.tegula.tile.Packings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Linear layers, and pairs of them with a gate: kernels of {@code linear.cl} for each {@link LinearFormat}. */
final class LinearOps {
    private static final int WITH_BIAS = 1;
    private static final int WITH_RESIDUAL = 2;
    private static final int GATED = 4;
    private static final String TILE = LinearFormat.TILE + "x" + GroupPacking.ROWS;
    /** Work-items of a group on GPUs. */
    private static final int ITEMS = 64;

    private LinearOps() {}

    static List<OpenClKernel> kernels() {
        List<OpenClKernel> kernels = new ArrayList<>();
        for (LinearFormat format : LinearFormat.all()) {
            DType x = format.activations();
            DType w = format.type();
            kernels.add(OpenClKernel
                    .of(KernelId.of("matmul", DType.F32, x, w, TILE, OpenClKernel.ENGINE), Op.MatMul.class,
                            List.of(x, w),
                            List.of(DType.F32), Set.of(), (call, program) -> matMul(format, call, program))
                    .withPacking(Packings.of(w)));
            kernels.add(OpenClKernel
                    .of(KernelId.of("gateup", DType.F32, x, w, TILE, OpenClKernel.ENGINE), Op.GateUp.class,
                            List.of(x, w, w), List.of(DType.F32), Set.of(OpenClKernel.Need.DIVISION),
                            (call, program) -> gateUp(format, call, program))
                    .withPacking(Packings.of(w)));
        }
        return kernels;
    }

    private static OpenClProgram.Step matMul(LinearFormat format, DeviceCall call, OpenClProgram program) {
        Op.MatMul op = (Op.MatMul) call.request().op();
        DeviceOperand.Matrix bias = op.bias() ? call.matrix(2) : null;
        DeviceOperand.Matrix residual = op.residual() ? call.matrix(op.bias() ? 3 : 2) : null;
        int flags = (op.bias() ? WITH_BIAS : 0) | (op.residual() ? WITH_RESIDUAL : 0);
        return layer(format, call, program, call.weights(1), bias, residual, flags, 0);
    }

    private static OpenClProgram.Step gateUp(LinearFormat format, DeviceCall call, OpenClProgram program) {
        int activation = RowOps.number(((Op.GateUp) call.request().op()).activation());
        OpenClProgram.Step gate = layer(format, call, program, call.weights(1), null, null, 0, 0);
        OpenClProgram.Step up = layer(format, call, program, call.weights(2), null, null, GATED, activation);
        return batch -> {
            gate.run(batch);
            up.run(batch);
        };
    }

    private static OpenClProgram.Step layer(LinearFormat format, DeviceCall call, OpenClProgram program,
            DeviceOperand.Weights weights, DeviceOperand.Matrix bias, DeviceOperand.Matrix residual, int flags,
            int activation) {
        Shape shape = program.device().shape();
        int local = shape.items() == 1 ? 1 : ITEMS;
        List<Launch> launches = new ArrayList<>();
        for (String kernel : List.of(LinearFormat.ONE, LinearFormat.MANY)) {
            Launch launch = program.launch(call, format.source(), kernel, local);
            launch.matrix(call.matrix(0))
                    .buffer(program.device().own(weights.buffer()))
                    .number(format.groupWords(weights.cols()));
            matrix(launch, bias);
            matrix(launch, residual);
            launch.matrix(call.output())
                    .number(weights.cols())
                    .number(Math.toIntExact(weights.rows()))
                    .number(flags)
                    .number(activation)
                    .number(format.a())
                    .number(format.b());
            launches.add(launch);
        }
        Launch one = launches.get(0);
        Launch many = launches.get(1);
        int rowsAt = one.arguments();
        long across = Math.ceilDiv(weights.rows(), (long) GroupPacking.ROWS) * (GroupPacking.ROWS / shape.lanes());
        RowCount count = RowCount.of(call.request().output().rows());
        return batch -> {
            int rows = count.in(batch);
            Launch launch = rows == 1 ? one : many;
            // A CPU's work-items pass over all rows, so that weights are read once and stay in its cache meanwhile.
            long down = shape.items() == 1 || rows == 1 ? 1 : Math.ceilDiv(rows, LinearFormat.TILE);
            launch.from(rowsAt).number(rows).run(across, rows == 0 ? 0 : down, 1);
        };
    }

    private static void matrix(Launch launch, DeviceOperand.Matrix matrix) {
        if (matrix == null) {
            launch.noMatrix();
        } else {
            launch.matrix(matrix);
        }
    }
}
