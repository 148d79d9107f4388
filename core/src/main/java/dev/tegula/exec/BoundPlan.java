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

/** A plan's activations, shared memory and KV cache in memory, to which its kernels are bound. */
final class BoundPlan {
    private final LoadedWeights weights;
    private final MemorySegment activations;
    private final MemorySegment shared;
    private final MemorySegment kv;
    private final KvLayout layout;

    /**
     * Allocates activations, shared memory and cache.
     *
     * @param plan gives the sizes
     * @param layout the cache, which may be smaller than the plan's
     */
    BoundPlan(Plan plan, KvLayout layout, LoadedWeights weights, Storage storage) {
        this.weights = weights;
        this.layout = layout;
        this.activations = storage.allocate(plan.activationBytes());
        this.shared = storage.allocate(plan.sharedBytes());
        this.kv = storage.allocate(layout.bytes());
    }

    /**
     * The kernels of a plan, stage by stage; those that complete the calls of a stage are a stage of their own after it. Plans
     * of one graph share the memory.
     */
    Kernel[][] bind(Plan plan) {
        List<Kernel[]> stages = new ArrayList<>();
        for (List<Plan.Step> stage : plan.stages()) {
            List<Kernel> kernels = new ArrayList<>();
            long offset = 0;
            for (Plan.Step step : stage) {
                long bytes = Plan.sharedBytes(step, plan.limits());
                kernels.add(step.choice().factory().bind(arguments(plan, step, shared.asSlice(offset, bytes))));
                offset += bytes;
            }
            stages.add(kernels.toArray(Kernel[]::new));
            Kernel[] finishing = kernels.stream().flatMap(kernel -> kernel.finish().stream()).toArray(Kernel[]::new);
            if (finishing.length > 0) {
                stages.add(finishing);
            }
        }
        return stages.toArray(Kernel[][]::new);
    }

    /** The plan's result. */
    TensorView logits(Plan plan) {
        return activation(plan, plan.graph().outputs().get(0));
    }

    private KernelArgs arguments(Plan plan, Plan.Step step, MemorySegment own) {
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
        return new KernelArgs(step.request(), inputs, outputs, own);
    }

    private TensorView activation(Plan plan, Value value) {
        return TensorView.dense(activations, plan.buffers().get(value).offset(), value.type(),
                plan.limits().rows(value.rows()), value.cols());
    }
}
