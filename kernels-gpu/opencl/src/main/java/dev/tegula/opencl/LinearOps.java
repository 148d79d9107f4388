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
import java.util.function.Function;

/** Linear layers, and pairs of them with a gate: for each {@link LinearFormat} kernels in the shape of CPUs, and of GPUs for few rows and for many. */
final class LinearOps {
    private static final int WITH_BIAS = 1;
    private static final int WITH_RESIDUAL = 2;
    private static final int GATED = 4;
    private static final String TILE = LinearFormat.TILE + "x" + GroupPacking.ROWS;
    /** Work-items of a group on GPUs. */
    private static final int ITEMS = 256;
    /** Rows from which a tile of many is faster on GPUs than reading the weights again for every four. */
    private static final int MANY_ROWS = 12;
    /** With fewer groups of work-items than this for each compute unit, groups are made smaller. */
    private static final int GROUPS_PER_UNIT = 4;

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
        Source source = format.source(program.device().shape());
        Function<Launch, Launch> arguments = launch -> {
            launch.matrix(call.matrix(0))
                    .buffer(OpenClBuffer.of(weights))
                    .number(format.groupWords(weights.cols()));
            matrix(launch, bias);
            matrix(launch, residual);
            return launch.matrix(call.output())
                    .number(weights.cols())
                    .number(Math.toIntExact(weights.rows()))
                    .number(flags)
                    .number(activation)
                    .number(format.a())
                    .number(format.b());
        };
        return program.device().shape().isGpu()
                ? onGpu(format, call, program, source, Math.toIntExact(weights.rows()), arguments)
                : onCpu(call, program, source, weights.rows(), arguments);
    }

    /** A work-item multiplies a group of weights with all rows, so that weights are read once and stay in its cache. */
    private static OpenClProgram.Step onCpu(DeviceCall call, OpenClProgram program, Source source, long n,
            Function<Launch, Launch> arguments) {
        Launch one = arguments.apply(program.launch(call, source, LinearFormat.ONE, 1));
        Launch few = arguments.apply(program.launch(call, source, LinearFormat.FEW, 1));
        int rowsAt = one.arguments();
        RowCount count = RowCount.of(call.request().output().rows());
        return batch -> {
            int rows = count.in(batch);
            (rows == 1 ? one : few).from(rowsAt)
                    .number(rows)
                    .run(Math.ceilDiv(n, GroupPacking.ROWS), Math.min(rows, 1), 1);
        };
    }

    /** A group of work-items multiplies a group of weights, or half of one, with a few rows, or many with many. */
    private static OpenClProgram.Step onGpu(LinearFormat format, DeviceCall call, OpenClProgram program, Source source,
            int n, Function<Launch, Launch> arguments) {
        int wide = GroupPacking.ROWS;
        // Chains of floats need the whole group; blocks of integers can be shared out further.
        if (format.activations() != DType.F32 && n / wide < GROUPS_PER_UNIT * program.device().facts().computeUnits()) {
            wide /= 2;
        }
        int[] local = format.activations() == DType.F32 ? new int[]{ITEMS} : new int[]{wide, ITEMS / wide};
        Launch one = arguments.apply(program.launch(call, source, LinearFormat.ONE, local));
        Launch few = arguments.apply(program.launch(call, source, LinearFormat.FEW, local));
        Launch many = arguments.apply(program.launch(call, source, LinearFormat.MANY, ITEMS));
        int rowsAt = one.arguments();
        long groups = Math.ceilDiv(n, wide);
        long tiles = Math.ceilDiv(n, LinearFormat.TILE_W);
        RowCount count = RowCount.of(call.request().output().rows());
        return batch -> {
            int rows = count.in(batch);
            if (rows >= MANY_ROWS) {
                many.from(rowsAt).number(rows).run(tiles * ITEMS, Math.ceilDiv(rows, LinearFormat.TILE_X), 1);
            } else {
                Launch launch = rows == 1 ? one : few;
                int down = rows == 1 ? 1 : Math.ceilDiv(rows, LinearFormat.TILE);
                launch.from(rowsAt)
                        .number(rows)
                        .run(groups * local[0], (long) down * (local.length == 1 ? 1 : local[1]), 1);
            }
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
