package dev.tegula.exec;

import dev.tegula.graph.Value;
import dev.tegula.kernel.Kernel;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.Operand;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A plan's activations and KV cache in memory, to which its kernels are bound. */
final class BoundPlan {
    private final LoadedWeights weights;
    private final MemorySegment activations;
    private final MemorySegment kv;
    private final KvLayout layout;

    /**
     * Allocates activations and cache.
     *
     * @param plan gives the activations' size
     * @param layout the cache, which may be smaller than the plan's
     */
    BoundPlan(Plan plan, KvLayout layout, LoadedWeights weights, Storage storage) {
        this.weights = weights;
        this.layout = layout;
        this.activations = storage.allocate(plan.activationBytes());
        this.kv = storage.allocate(layout.bytes());
    }

    /** The kernels of a plan, stage by stage. Plans of one graph share the memory. */
    Kernel[][] bind(Plan plan) {
        return plan.stages()
                .stream()
                .map(stage -> stage.stream()
                        .map(step -> step.choice().factory().bind(arguments(plan, step)))
                        .toArray(Kernel[]::new))
                .toArray(Kernel[][]::new);
    }

    /** The plan's result. */
    TensorView logits(Plan plan) {
        return activation(plan, plan.graph().outputs().get(0));
    }

    private KernelArgs arguments(Plan plan, Plan.Step step) {
        List<Operand> inputs = new ArrayList<>();
        for (int i = 0; i < step.node().inputs().size(); i++) {
            Value value = step.node().input(i);
            inputs.add(switch (value.kind()) {
                case CACHE -> new Operand.Cache(kv, layout);
                case WEIGHT -> weights.operand(step, i);
                case CONSTANT -> new Operand.Matrix(weights.matrix(value));
                case ACTIVATION -> new Operand.Matrix(activation(plan, value));
            });
        }
        List<TensorView> outputs = step.node()
                .outputs()
                .stream()
                .filter(v -> v.kind() != Value.Kind.CACHE)
                .map(v -> activation(plan, v))
                .toList();
        return new KernelArgs(step.request(), inputs, outputs);
    }

    private TensorView activation(Plan plan, Value value) {
        return TensorView.dense(activations, plan.buffers().get(value).offset(), value.type(),
                plan.limits().rows(value.rows()), value.cols());
    }
}
