package dev.tegula.exec;

import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Weights in the layouts that kernels want, wherever they lie, and the constants computed from them. */
final class LoadedWeights {
    private final Storage storage;
    private final WeightSource source;
    private final Map<Plan.Weight, Operand.Weights> weights = new HashMap<>();
    private final Map<Value, TensorView> constants = new HashMap<>();

    LoadedWeights(Storage storage, WeightSource source) {
        this.storage = storage;
        this.source = source;
    }

    /** Takes a weight as it lies in memory. */
    void put(Plan.Weight weight, MemorySegment segment) {
        Value value = weight.value();
        weights.put(weight, new Operand.Weights(segment, 0, value.type(), value.rows().size(), value.cols(),
                weight.packing()));
    }

    /** Evaluates the constants of a plan; its weights are there. */
    void evaluateConstants(Plan plan) {
        for (Node node : plan.constants()) {
            Value out = node.output();
            long rows = Plan.bytes(out, plan.limits()) / out.type().bytes(out.cols());
            TensorView view = TensorView.allocate(storage, DType.F32, rows, out.cols());
            switch (node.op()) {
                case Op.RopeTable(var scaling, int dims) -> RopeTables.fill(view, scaling,
                        node.inputs().isEmpty() ? null : matrix(node.input(0)));
                default -> throw new UnsupportedOperationException("constant " + node);
            }
            constants.put(out, view);
        }
    }

    /** A weight as a step's kernel takes it. */
    Operand operand(Plan.Step step, int input) {
        Value value = step.node().input(input);
        if (step.node().op() instanceof Op.Embed) {
            long rowBytes = value.type().bytes(value.cols());
            Operand.RowSource rows = (row, dst, dstOffset) -> source.read(value, row * rowBytes, dst, dstOffset,
                    rowBytes);
            return new Operand.Table(rows, value.type(), value.rows().size(), value.cols());
        }
        return Planner.isMatrix(step.node().op(), input)
                ? weights.get(new Plan.Weight(value, Planner.packing(step, value)))
                : new Operand.Matrix(matrix(value));
    }

    /** A vector of weights, or a constant. */
    TensorView matrix(Value value) {
        if (value.kind() == Value.Kind.CONSTANT) {
            return constants.get(value);
        }
        Operand.Weights stored = weights.get(new Plan.Weight(value, Packing.STORED));
        return TensorView.dense(stored.segment(), stored.offset(), stored.type(), stored.rows(), stored.cols());
    }
}
