package dev.tegula.exec;

import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Operand;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import dev.tegula.tile.Packing;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Allocates what a plan states, loads the weights into it and binds the kernels. */
public final class PlanMemory {
    private record Key(Value value, Packing packing) {}

    private final Plan plan;
    private final Storage storage;
    private final WeightSource source;
    private final MemorySegment activations;
    private final MemorySegment kv;
    private final Map<Key, Operand.Weights> weights = new HashMap<>();
    private final Map<Value, TensorView> constants = new HashMap<>();

    private PlanMemory(Plan plan, Storage storage, WeightSource source) {
        this.plan = plan;
        this.source = source;
        this.storage = storage;
        this.activations = storage.allocate(plan.activationBytes());
        this.kv = storage.allocate(plan.kv().bytes());
    }

    /**
     * Makes a plan ready to run.
     *
     * @param plan the plan
     * @param storage owner of all memory
     * @param source the weights' bytes
     * @param workers who will run the plan; they also load it
     * @param loading told of the progress
     */
    public static Executor bind(Plan plan, Storage storage, WeightSource source, Workers workers, Loading loading) {
        PlanMemory memory = new PlanMemory(plan, storage, source);
        memory.loadWeights(workers, loading);
        memory.evaluateConstants();
        return memory.executor(workers);
    }

    private void loadWeights(Workers workers, Loading loading) {
        WeightLoader loader = new WeightLoader(source, workers, loading, plan.weightBytes());
        for (Plan.Weight weight : plan.weights()) {
            Value value = weight.value();
            MemorySegment segment = loader.load(weight, storage.allocate(weight.bytes()));
            weights.put(new Key(value, weight.packing()), new Operand.Weights(segment, 0, value.type(),
                    value.rows().size(), value.cols(), weight.packing()));
        }
    }

    private void evaluateConstants() {
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

    private Executor executor(Workers workers) {
        Kernel[][] stages = new Kernel[plan.stages().size()][];
        for (int i = 0; i < stages.length; i++) {
            List<Plan.Step> steps = plan.stages().get(i);
            stages[i] = steps.stream()
                    .map(step -> step.choice().factory().bind(arguments(step)))
                    .toArray(Kernel[]::new);
        }
        MemorySegment[] scratch = new MemorySegment[workers.count()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = storage.allocate(plan.scratchBytes());
        }
        return new Executor(workers, stages, matrix(plan.graph().outputs().get(0)), scratch);
    }

    private KernelArgs arguments(Plan.Step step) {
        List<Operand> inputs = new ArrayList<>();
        for (int i = 0; i < step.node().inputs().size(); i++) {
            Value value = step.node().input(i);
            inputs.add(switch (value.kind()) {
                case CACHE -> new Operand.Cache(kv, plan.kv());
                case WEIGHT -> weight(step, i, value);
                case CONSTANT, ACTIVATION -> new Operand.Matrix(matrix(value));
            });
        }
        List<TensorView> outputs = step.node()
                .outputs()
                .stream()
                .filter(v -> v.kind() != Value.Kind.CACHE)
                .map(this::matrix)
                .toList();
        return new KernelArgs(step.request(), inputs, outputs);
    }

    private Operand weight(Plan.Step step, int input, Value value) {
        if (step.node().op() instanceof Op.Embed) {
            long rowBytes = value.type().bytes(value.cols());
            Operand.RowSource rows = (row, dst, dstOffset) -> source.read(value, row * rowBytes, dst, dstOffset,
                    rowBytes);
            return new Operand.Table(rows, value.type(), value.rows().size(), value.cols());
        }
        return Planner.isMatrix(step.node().op(), input)
                ? weights.get(new Key(value, Planner.packing(step, value)))
                : new Operand.Matrix(matrix(value));
    }

    private TensorView matrix(Value value) {
        return switch (value.kind()) {
            case WEIGHT -> {
                Operand.Weights stored = weights.get(new Key(value, Packing.STORED));
                yield TensorView.dense(stored.segment(), stored.offset(), stored.type(), stored.rows(), stored.cols());
            }
            case CONSTANT -> constants.get(value);
            case ACTIVATION -> TensorView.dense(activations, plan.buffers().get(value).offset(), value.type(),
                    plan.limits().rows(value.rows()), value.cols());
            case CACHE -> throw new IllegalArgumentException("the KV cache is no matrix");
        };
    }
}
