package dev.tegula.tornado;

import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceOperand;
import dev.tegula.kernel.Activations;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import dev.tegula.tile.GroupPacking;
import dev.tegula.tile.Packings;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Linear layers, and pairs of them with a gate. */
final class LinearOps {
    private static final int GROUP = GroupPacking.ROWS;
    /** Words of 16 rows' block of TQ2_0, and those of them that are scales. */
    private static final View.Spread TERNARY = new View.Spread(GROUP, 17 * GROUP);

    private LinearOps() {}

    static List<TornadoKernel> kernels() {
        List<TornadoKernel> kernels = new ArrayList<>();
        for (DType w : List.of(DType.F32, DType.F16, DType.Q8_0, DType.Q4_0, DType.TQ2_0)) {
            DType x = Activations.typeFor(w);
            kernels.add(TornadoKernel
                    .of(id("matmul", x, w), Op.MatMul.class, List.of(x, w), List.of(DType.F32), LinearOps::matMul)
                    .withPacking(Packings.of(w)));
            kernels.add(TornadoKernel
                    .of(id("gateup", x, w), Op.GateUp.class, List.of(x, w, w), List.of(DType.F32), LinearOps::gateUp)
                    .withPacking(Packings.of(w)));
        }
        return kernels;
    }

    private static KernelId id(String op, DType x, DType w) {
        return KernelId.of(op, DType.F32, x, w, "1x" + GROUP, TornadoKernel.ENGINE);
    }

    private static void matMul(DeviceCall call, TornadoProgram program) {
        Op.MatMul op = (Op.MatMul) call.request().op();
        View bias = op.bias() ? program.input(call, 2) : null;
        View residual = op.residual() ? program.input(call, op.bias() ? 3 : 2) : null;
        int finish = (op.bias() ? LinearKernels.BIAS : 0) | (op.residual() ? LinearKernels.RESIDUAL : 0);
        layer(call, program, call.weights(1), bias, residual, finish);
    }

    private static void gateUp(DeviceCall call, TornadoProgram program) {
        int activation = RowOps.number(((Op.GateUp) call.request().op()).activation());
        layer(call, program, call.weights(1), null, null, 0);
        layer(call, program, call.weights(2), null, null,
                LinearKernels.GATED | activation << LinearKernels.ACTIVATION_SHIFT);
    }

    private static void layer(DeviceCall call, TornadoProgram program, DeviceOperand.Weights weights, View bias,
            View residual, int finish) {
        View x = program.input(call, 0);
        View y = program.output(call);
        View w = program.weights(weights, weights.type() == DType.F32 ? View.Kind.FLOATS : View.Kind.WORDS,
                weights.type() == DType.TQ2_0 ? TERNARY : View.Spread.NONE);
        List<View> reads = new ArrayList<>(List.of(x, w));
        if (bias != null) {
            reads.add(bias);
        }
        if (residual != null) {
            reads.add(residual);
        }
        if ((finish & LinearKernels.GATED) != 0) {
            reads.add(y);
        }
        int n = Math.toIntExact(weights.rows());
        RowCount rows = RowCount.of(call.request().output().rows());
        FloatArray table = program.numbers(DType.F16);
        // What is not there is not looked at; the kernel is compiled for the flags that it has.
        FloatArray b = bias == null ? y.floats() : bias.floats();
        FloatArray r = residual == null ? y.floats() : residual.floats();
        program.step(call, n, GROUP, rows::in, reads, List.of(y), List.of(table),
                task(weights, x, w, table, b, r, y.floats(), finish));
    }

    private static Step.Task task(DeviceOperand.Weights weights, View x, View w, FloatArray table, FloatArray bias,
            FloatArray residual, FloatArray y, int finish) {
        int k = weights.cols();
        int n = Math.toIntExact(weights.rows());
        int words = Math.toIntExact(weights.packing().groupBytes(weights.type(), k) / Integer.BYTES);
        return switch (weights.type()) {
            case F32 -> (graph, name, c) -> graph.task(name, LinearKernels::floats, c, x.floats(), w.floats(), bias,
                    residual, y, k, n, words, finish);
            case F16 -> (graph, name, c) -> graph.task(name, LinearKernels::halves, c, x.floats(), w.words(), table,
                    bias, residual, y, k, n, words, finish);
            case Q8_0 -> (graph, name, c) -> graph.task(name, LinearKernels::eightBits, c, x.words(), x.scales(),
                    w.words(), table, bias, residual, y, k, n, words, finish);
            case Q4_0 -> (graph, name, c) -> graph.task(name, LinearKernels::fourBits, c, x.words(), x.scales(),
                    w.words(), table, bias, residual, y, k, n, words, finish);
            default -> (graph, name, c) -> graph.task(name, LinearKernels::ternary, c, x.words(), x.scales(),
                    w.words(), w.scales(), bias, residual, y, k, n, words, finish);
        };
    }
}
