package dev.tegula.tornado;

import dev.tegula.device.DeviceCall;
import dev.tegula.kernel.Activation;
import dev.tegula.kernel.KernelId;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.RowCount;
import dev.tegula.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Ops on rows of activations: norms, quantizing, gates, sums, selection. */
final class RowOps {
    private static final DType F32 = DType.F32;
    /** Work-items of a group where each has an element or block of its own. */
    static final int FLAT = 32;

    private RowOps() {}

    static List<TornadoKernel> kernels() {
        List<TornadoKernel> kernels = new ArrayList<>(List.of(
                TornadoKernel.of(id("rmsnorm", F32), Op.RmsNorm.class, List.of(F32, F32), List.of(F32),
                        RowOps::rmsNorm),
                TornadoKernel.of(id("add", F32), Op.Add.class, List.of(F32, F32), List.of(F32), RowOps::add),
                TornadoKernel.of(id("gate", F32), Op.Gate.class, List.of(F32, F32), List.of(F32), RowOps::gate),
                TornadoKernel.of(id("selectrows", F32), Op.SelectRows.class, List.of(F32), List.of(F32),
                        RowOps::selectRows)));
        for (DType type : List.of(DType.Q8_A32, DType.Q8_A256)) {
            kernels.add(TornadoKernel.of(id("quantize", type), Op.Quantize.class, List.of(F32), List.of(type),
                    RowOps::quantize));
            kernels.add(TornadoKernel.of(id("normquantize", type), Op.NormQuantize.class, List.of(F32, F32),
                    List.of(type), RowOps::normQuantize));
        }
        return kernels;
    }

    private static KernelId id(String op, DType dst) {
        return KernelId.of(op, dst, F32, F32, "row", TornadoKernel.ENGINE);
    }

    /** An activation as the kernels know it. */
    static int number(Activation activation) {
        return switch (activation) {
            case SILU -> RowKernels.SILU;
            case GELU -> RowKernels.GELU;
            case RELU2 -> RowKernels.RELU2;
        };
    }

    private static RowCount rows(DeviceCall call) {
        return RowCount.of(call.request().output().rows());
    }

    private static void rmsNorm(DeviceCall call, TornadoProgram program) {
        Op.RmsNorm op = (Op.RmsNorm) call.request().op();
        View x = program.input(call, 0);
        View w = program.input(call, 1);
        View y = program.output(call);
        int n = call.output().cols() / op.groups();
        RowCount rows = rows(call);
        // A row of groups per row of the batch and part, so that a group's number is its part's.
        program.step(call, RowKernels.ITEMS, RowKernels.ITEMS, batch -> rows.in(batch) * op.groups(), List.of(x, w),
                List.of(y), List.of(), (graph, name, c) -> graph.task(name, RowKernels::rmsNorm, c, x.floats(),
                        w.floats(), y.floats(), n, op.eps()));
    }

    private static void normQuantize(DeviceCall call, TornadoProgram program) {
        View x = program.input(call, 0);
        View w = program.input(call, 1);
        View y = program.output(call);
        int n = call.output().cols();
        int length = call.output().type().blockLength();
        float eps = ((Op.NormQuantize) call.request().op()).eps();
        program.step(call, RowKernels.ITEMS, RowKernels.ITEMS, rows(call)::in, List.of(x, w), List.of(y), List.of(),
                (graph, name, c) -> graph.task(name, RowKernels::normQuantize, c, x.floats(), w.floats(), y.words(),
                        y.scales(), n, length, eps));
    }

    private static void quantize(DeviceCall call, TornadoProgram program) {
        View x = program.input(call, 0);
        View y = program.output(call);
        int length = call.output().type().blockLength();
        int blocks = call.output().cols() / length;
        program.step(call, blocks, FLAT, rows(call)::in, List.of(x), List.of(y), List.of(), (graph, name, c) -> graph
                .task(name, RowKernels::quantize, c, x.floats(), y.words(), y.scales(), blocks, length));
    }

    private static void add(DeviceCall call, TornadoProgram program) {
        View a = program.input(call, 0);
        View b = program.input(call, 1);
        View y = program.output(call);
        int n = call.output().cols();
        program.step(call, n, FLAT, rows(call)::in, List.of(a, b), List.of(y), List.of(), (graph, name, c) -> graph
                .task(name, RowKernels::add, c, a.floats(), b.floats(), y.floats(), n));
    }

    private static void gate(DeviceCall call, TornadoProgram program) {
        View gate = program.input(call, 0);
        View up = program.input(call, 1);
        View y = program.output(call);
        int n = call.output().cols();
        int activation = number(((Op.Gate) call.request().op()).activation());
        program.step(call, n, FLAT, rows(call)::in, List.of(gate, up), List.of(y), List.of(), (graph, name, c) -> graph
                .task(name, RowKernels::gate, c, gate.floats(), up.floats(), y.floats(), n, activation));
    }

    private static void selectRows(DeviceCall call, TornadoProgram program) {
        View x = program.input(call, 0);
        View y = program.output(call);
        int n = call.output().cols();
        program.step(call, n, FLAT, rows(call)::in, List.of(x), List.of(y), List.of(program.batch()),
                (graph, name, c) -> graph.task(name, RowKernels::selectRows, c, program.batch(), x.floats(),
                        y.floats(), n));
    }
}
