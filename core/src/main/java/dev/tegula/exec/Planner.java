package dev.tegula.exec;

import dev.tegula.device.Device;
import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tile.Packing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Chooses kernels, groups steps into stages and lays out memory by live ranges. */
public final class Planner {
    private final Graph graph;
    private final KernelTable table;
    private final Limits limits;
    private final KvLayout kv;
    private final Optional<Device> device;

    private Planner(Graph graph, KernelTable table, Limits limits, KvLayout kv, Optional<Device> device) {
        this.graph = graph;
        this.table = table;
        this.limits = limits;
        this.kv = kv;
        this.device = device;
    }

    /**
     * Makes a plan.
     *
     * @param graph the graph after all passes
     * @param table the kernels to choose from
     * @param limits the largest batch and cache
     * @param kv layout of the KV cache
     * @param device where to run what it can, as much of the model's end as has room there; the host runs the rest
     * @throws UnsupportedOperationException when an op has no kernel; the message has every refusal
     */
    public static Plan plan(Graph graph, KernelTable table, Limits limits, KvLayout kv, Optional<Device> device) {
        return new Planner(graph, table, limits, kv, device).plan();
    }

    /** A plan for the host alone. */
    public static Plan plan(Graph graph, KernelTable table, Limits limits, KvLayout kv) {
        return plan(graph, table, limits, kv, Optional.empty());
    }

    /** Weights up to this many bytes are worth a second copy for a quick start; larger models load for longer anyway. */
    private static final long COLD_WEIGHTS = 32L << 20;

    private Plan plan() {
        List<Node> constants = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            boolean constant = node.outputs().stream().anyMatch(v -> v.kind() == Value.Kind.CONSTANT);
            (constant ? constants : nodes).add(node);
        }
        if (device.isEmpty()) {
            return plan(nodes.stream().map(this::onHost).toList(), constants);
        }
        Placement placement = new Placement(nodes, table, device.get(), kv);
        return placement.largest(steps -> plan(steps, constants));
    }

    private Plan.Step onHost(Node node) {
        KernelRequest request = node.request();
        return new Plan.Step(node, request, table.choose(request));
    }

    private Plan plan(List<Plan.Step> steps, List<Node> constants) {
        List<List<Plan.Step>> stages = stages(steps);
        List<Plan.Step> here = steps.stream().filter(step -> !step.onDevice()).toList();
        LiveRanges ranges = new LiveRanges(graph, stages, limits);
        Map<Value, Plan.Buffer> buffers = ranges.buffers(false);
        Scratch.Size scratch = here.stream()
                .map(s -> s.choice().factory().scratch(s.request()))
                .reduce(Scratch.Size.NONE, Scratch.Size::max);
        List<Plan.Weight> weights = weights(here, constants);
        Optional<Plan> cold = device.isPresent() ? Optional.empty() : cold(steps, weights);
        scratch = scratch.max(cold.map(Plan::scratch).orElse(Scratch.Size.NONE));
        long shared = stages.stream()
                .mapToLong(stage -> stage.stream().mapToLong(step -> Plan.sharedBytes(step, limits)).sum())
                .max()
                .orElse(0);
        Optional<DevicePlan> away = device.map(d -> devicePlan(d, steps, ranges.buffers(true)));
        return new Plan(graph, limits, kv, stages, constants, weights, buffers, LiveRanges.bytes(buffers), scratch,
                shared, cold, away);
    }

    private DevicePlan devicePlan(Device where, List<Plan.Step> steps, Map<Value, Plan.Buffer> buffers) {
        List<Plan.Step> there = steps.stream().filter(Plan.Step::onDevice).toList();
        List<Value> constants = there.stream()
                .flatMap(step -> step.node().inputs().stream())
                .filter(value -> value.kind() == Value.Kind.CONSTANT)
                .distinct()
                .toList();
        return new DevicePlan(where, weights(there, List.of()), constants, buffers, LiveRanges.bytes(buffers),
                Plan.layers(there), limits, kv);
    }

    /** The scalar plan to start on, when the chosen kernels need warming and the weights are few. */
    private Optional<Plan> cold(List<Plan.Step> steps, List<Plan.Weight> weights) {
        boolean slow = steps.stream().anyMatch(step -> step.choice().provider().isSlowWhenCold());
        long bytes = weights.stream().mapToLong(Plan.Weight::bytes).sum();
        return slow && bytes <= COLD_WEIGHTS
                ? Optional.of(plan(graph, table.scalar(), limits, kv, Optional.empty()))
                : Optional.empty();
    }

    /** Steps in the graph's order; a new stage begins where a step needs what the current one makes, or runs elsewhere. */
    private static List<List<Plan.Step>> stages(List<Plan.Step> steps) {
        List<List<Plan.Step>> stages = new ArrayList<>();
        Set<Value> made = new HashSet<>();
        for (Plan.Step step : steps) {
            if (stages.isEmpty() || stages.getLast().getLast().onDevice() != step.onDevice()
                    || step.node().inputs().stream().anyMatch(made::contains)) {
                stages.add(new ArrayList<>());
                made.clear();
            }
            stages.getLast().add(step);
            made.addAll(step.node().outputs());
        }
        return stages;
    }

    private static List<Plan.Weight> weights(List<Plan.Step> steps, List<Node> constants) {
        Set<Plan.Weight> weights = new LinkedHashSet<>();
        for (Plan.Step step : steps) {
            if (!(step.node().op() instanceof Op.Embed)) {
                step.node()
                        .inputs()
                        .stream()
                        .filter(v -> v.kind() == Value.Kind.WEIGHT)
                        .forEach(v -> weights.add(new Plan.Weight(v, packing(step, v))));
            }
        }
        for (Node constant : constants) {
            constant.inputs()
                    .stream()
                    .filter(v -> v.kind() == Value.Kind.WEIGHT)
                    .forEach(v -> weights.add(new Plan.Weight(v, Packing.STORED)));
        }
        return List.copyOf(weights);
    }

    /** How a step wants one of its weights: matrices as its kernel says, vectors (norms, biases) as they are. */
    static Packing packing(Plan.Step step, Value weight) {
        return isMatrix(step.node().op(), step.node().inputs().indexOf(weight))
                ? step.choice().factory().packing()
                : Packing.STORED;
    }

    /** Whether an op's i-th input is a weight matrix in the sense of {@link dev.tegula.kernel.Operand.Weights}. */
    static boolean isMatrix(Op op, int input) {
        return switch (op) {
            case Op.MatMul m -> input == 1;
            case Op.GateUp g -> input == 1 || input == 2;
            default -> false;
        };
    }
}
