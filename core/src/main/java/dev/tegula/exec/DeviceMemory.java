package dev.tegula.exec;

import dev.tegula.device.DeviceBuffer;
import dev.tegula.device.DeviceCall;
import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.device.DeviceOperand;
import dev.tegula.device.DeviceProgram;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Kernel;
import dev.tegula.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A plan's part on a device: its weights, constants, activations and keys and values there, and the programs on them. */
final class DeviceMemory implements AutoCloseable {
    private final DevicePlan part;
    private final List<Runnable> releases = new ArrayList<>();
    private final Map<Plan.Weight, DeviceBuffer> weights = new HashMap<>();
    private final Map<Value, DeviceBuffer> constants = new HashMap<>();
    private final Map<Integer, DeviceBuffer> layers = new HashMap<>();
    private DeviceBuffer activations;

    /** Allocates nothing yet. */
    DeviceMemory(DevicePlan part) {
        this.part = part;
    }

    /**
     * Allocates everything and uploads weights and constants.
     *
     * @param loader packs weights that are not packed yet
     * @param packed weights that lie packed in memory
     * @param host has the constants
     */
    void load(WeightLoader loader, Map<Plan.Weight, MemorySegment> packed, LoadedWeights host) {
        activations = allocate(part.activationBytes(), "activations");
        for (int layer : part.layers()) {
            layers.put(layer, allocate(part.layer().bytes(), "keys and values of layer " + layer));
        }
        for (Plan.Weight weight : part.weights()) {
            DeviceBuffer buffer = allocate(weight.bytes(), weight.value().name());
            MemorySegment segment = packed.get(weight);
            if (segment == null) {
                loader.load(weight, buffer);
            } else {
                buffer.write(0, segment, 0, weight.bytes());
            }
            weights.put(weight, buffer);
        }
        for (Value value : part.constants()) {
            TensorView view = host.matrix(value);
            DeviceBuffer buffer = allocate(view.bytes(), value.name());
            buffer.write(0, view.segment(), view.offset(), view.bytes());
            constants.put(value, buffer);
        }
    }

    private DeviceBuffer allocate(long bytes, String what) {
        DeviceBuffer buffer = part.device().allocate(Math.max(1, bytes), what);
        releases.add(buffer::close);
        return buffer;
    }

    /**
     * Binds steps that follow one another on the device.
     *
     * @param plan the whole plan
     * @param section the steps
     * @param host memory of the activations that cross over, on the host
     */
    Kernel bind(Plan plan, List<Plan.Step> section, Function<Value, TensorView> host) {
        List<DeviceCall> calls = new ArrayList<>();
        Set<Value> made = new LinkedHashSet<>();
        Set<Value> wanted = new LinkedHashSet<>();
        for (Plan.Step step : section) {
            calls.add(call(step));
            step.node().inputs().stream().filter(DeviceMemory::isActivation).forEach(wanted::add);
            step.node().outputs().stream().filter(DeviceMemory::isActivation).forEach(made::add);
        }
        wanted.removeAll(made);
        wanted.removeIf(value -> !plan.buffers().containsKey(value));
        made.retainAll(plan.buffers().keySet());
        made.removeAll(plan.graph().outputs());
        DeviceProgram program = part.device().program(calls);
        releases.add(program::close);
        return new DeviceSection(part.device(), program, activations, crossings(wanted, host), crossings(made, host));
    }

    /**
     * The plan's logits, if they are computed on the device.
     *
     * @param host memory for them on the host
     */
    Optional<DeviceLogits> logits(Plan plan, TensorView host) {
        Value value = plan.graph().outputs().getFirst();
        boolean here = plan.stages()
                .stream()
                .flatMap(List::stream)
                .anyMatch(step -> step.onDevice() && step.node().outputs().contains(value));
        if (!here) {
            return Optional.empty();
        }
        DeviceLogits logits = new DeviceLogits(part.device(), activation(value), host);
        releases.add(logits::close);
        return Optional.of(logits);
    }

    private List<DeviceSection.Crossing> crossings(Set<Value> values, Function<Value, TensorView> host) {
        return values.stream()
                .map(value -> new DeviceSection.Crossing(host.apply(value), part.buffers().get(value).offset(),
                        value.rows()))
                .toList();
    }

    private static boolean isActivation(Value value) {
        return value.kind() == Value.Kind.ACTIVATION;
    }

    private DeviceCall call(Plan.Step step) {
        List<DeviceOperand> inputs = new ArrayList<>();
        for (int i = 0; i < step.node().inputs().size(); i++) {
            inputs.add(operand(step, i));
        }
        List<DeviceOperand.Matrix> outputs = step.node()
                .outputs()
                .stream()
                .filter(DeviceMemory::isActivation)
                .map(this::activation)
                .toList();
        return new DeviceCall((DeviceKernelFactory) step.choice().factory(), step.request(), inputs, outputs);
    }

    private DeviceOperand operand(Plan.Step step, int input) {
        Value value = step.node().input(input);
        return switch (value.kind()) {
            case CACHE -> new DeviceOperand.Cache(layers.get(step.request().op().cacheLayer().orElseThrow()),
                    part.layer());
            case WEIGHT -> weight(step, input);
            case CONSTANT -> {
                DeviceBuffer buffer = constants.get(value);
                long rows = buffer.bytes() / value.type().bytes(value.cols());
                yield new DeviceOperand.Matrix(buffer, 0, value.type(), rows, value.cols());
            }
            case ACTIVATION -> activation(value);
        };
    }

    private DeviceOperand weight(Plan.Step step, int input) {
        Value value = step.node().input(input);
        long rows = value.rows().size();
        Plan.Weight weight = new Plan.Weight(value, Planner.packing(step, value));
        DeviceBuffer buffer = weights.get(weight);
        return Planner.isMatrix(step.node().op(), input)
                ? new DeviceOperand.Weights(buffer, value.type(), rows, value.cols(), weight.packing())
                : new DeviceOperand.Matrix(buffer, 0, value.type(), rows, value.cols());
    }

    private DeviceOperand.Matrix activation(Value value) {
        return new DeviceOperand.Matrix(activations, part.buffers().get(value).offset(), value.type(),
                part.limits().rows(value.rows()), value.cols());
    }

    /** Frees everything on the device, not the device. Idempotent. */
    @Override
    public void close() {
        while (!releases.isEmpty()) {
            releases.removeLast().run();
        }
    }
}
