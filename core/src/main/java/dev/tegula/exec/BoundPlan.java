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
import java.util.Optional;

/** A plan's activations, shared memory and KV cache in the host's memory, to which its kernels are bound. */
final class BoundPlan {
    private final LoadedWeights weights;
    private final MemorySegment activations;
    private final MemorySegment shared;
    private final MemorySegment kv;
    private final KvLayout layout;
    private final Optional<DeviceMemory> device;

    /**
     * Allocates activations, shared memory and cache.
     *
     * @param plan gives the sizes
     * @param layout the host's part of the cache, which may be smaller than the plan's; empty when it has none
     * @param device memory of the plan's device
     */
    BoundPlan(Plan plan, Optional<KvLayout> layout, LoadedWeights weights, Storage storage,
            Optional<DeviceMemory> device) {
        this.weights = weights;
        this.device = device;
        this.layout = layout.orElse(null);
        this.activations = storage.allocate(plan.activationBytes());
        this.shared = storage.allocate(plan.sharedBytes());
        this.kv = storage.allocate(layout.map(KvLayout::bytes).orElse(0L));
    }

    /**
     * The kernels of a plan, stage by stage; those that complete the calls of a stage are a stage of their own after it, and
     * stages on a device that follow one another are one kernel. Plans of one graph share the memory.
     */
    Kernel[][] bind(Plan plan) {
        List<Kernel[]> stages = new ArrayList<>();
        List<Plan.Step> section = new ArrayList<>();
        for (List<Plan.Step> stage : plan.stages()) {
            if (stage.getFirst().onDevice()) {
                section.addAll(stage);
                continue;
            }
            endSection(plan, section, stages);
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
        endSection(plan, section, stages);
        return stages.toArray(Kernel[][]::new);
    }

    private void endSection(Plan plan, List<Plan.Step> section, List<Kernel[]> stages) {
        if (!section.isEmpty()) {
            stages.add(new Kernel[]{device.orElseThrow().bind(plan, section, value -> activation(plan, value))});
            section.clear();
        }
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
