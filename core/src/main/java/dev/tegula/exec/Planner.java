package dev.tegula.exec;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tensor.Storage;
import dev.tegula.tile.Packing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    private Planner(Graph graph, KernelTable table, Limits limits, KvLayout kv) {
        this.graph = graph;
        this.table = table;
        this.limits = limits;
        this.kv = kv;
    }

    /**
     * Makes a plan.
     *
     * @param graph the graph after all passes
     * @param table the kernels to choose from
     * @param limits the largest batch and cache
     * @param kv layout of the KV cache
     * @throws UnsupportedOperationException when an op has no kernel; the message has every refusal
     */
    public static Plan plan(Graph graph, KernelTable table, Limits limits, KvLayout kv) {
        return new Planner(graph, table, limits, kv).plan();
    }

    /** Weights up to this many bytes are worth a second copy for a quick start; larger models load for longer anyway. */
    private static final long COLD_WEIGHTS = 32L << 20;

    private Plan plan() {
        List<Node> constants = new ArrayList<>();
        List<Plan.Step> steps = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.outputs().stream().anyMatch(v -> v.kind() == Value.Kind.CONSTANT)) {
                constants.add(node);
            } else {
                KernelRequest request = node.request();
                steps.add(new Plan.Step(node, request, table.choose(request)));
            }
        }
        List<List<Plan.Step>> stages = stages(steps);
        Map<Value, Plan.Buffer> buffers = buffers(stages);
        long activations = buffers.values().stream().mapToLong(b -> b.offset() + b.bytes()).max().orElse(0);
        Scratch.Size scratch = steps.stream()
                .map(s -> s.choice().factory().scratch(s.request()))
                .reduce(Scratch.Size.NONE, Scratch.Size::max);
        List<Plan.Weight> weights = weights(steps, constants);
        Optional<Plan> cold = cold(steps, weights);
        scratch = scratch.max(cold.map(Plan::scratch).orElse(Scratch.Size.NONE));
        long shared = stages.stream()
                .mapToLong(stage -> stage.stream().mapToLong(step -> Plan.sharedBytes(step, limits)).sum())
                .max()
                .orElse(0);
        return new Plan(graph, limits, kv, stages, constants, weights, buffers, activations, scratch, shared, cold);
    }

    /** The scalar plan to start on, when the chosen kernels need warming and the weights are few. */
    private Optional<Plan> cold(List<Plan.Step> steps, List<Plan.Weight> weights) {
        boolean slow = steps.stream().anyMatch(step -> step.choice().provider().isSlowWhenCold());
        long bytes = weights.stream().mapToLong(Plan.Weight::bytes).sum();
        return slow && bytes <= COLD_WEIGHTS
                ? Optional.of(plan(graph, table.scalar(), limits, kv))
                : Optional.empty();
    }

    /** Steps in the graph's order; a new stage begins where a step needs what the current one makes. */
    private static List<List<Plan.Step>> stages(List<Plan.Step> steps) {
        List<List<Plan.Step>> stages = new ArrayList<>();
        Set<Value> made = new HashSet<>();
        for (Plan.Step step : steps) {
            if (stages.isEmpty() || step.node().inputs().stream().anyMatch(made::contains)) {
                stages.add(new ArrayList<>());
                made.clear();
            }
            stages.getLast().add(step);
            made.addAll(step.node().outputs());
        }
        return stages;
    }

    /** Offsets such that values alive in the same stage do not overlap: largest first, each at the lowest free place. */
    private Map<Value, Plan.Buffer> buffers(List<List<Plan.Step>> stages) {
        Map<Value, int[]> lives = new LinkedHashMap<>();
        for (int i = 0; i < stages.size(); i++) {
            for (Plan.Step step : stages.get(i)) {
                for (Value out : step.node().outputs()) {
                    if (out.kind() == Value.Kind.ACTIVATION) {
                        lives.put(out, new int[]{i, i});
                    }
                }
                for (Value in : step.node().inputs()) {
                    if (lives.containsKey(in)) {
                        lives.get(in)[1] = i;
                    }
                }
            }
        }
        graph.outputs().forEach(v -> lives.get(v)[1] = stages.size());
        List<Value> order = new ArrayList<>(lives.keySet());
        order.sort(Comparator.comparingLong((Value v) -> Plan.bytes(v, limits)).reversed());
        Map<Value, Plan.Buffer> buffers = new HashMap<>();
        for (Value value : order) {
            int[] life = lives.get(value);
            long bytes = align(Plan.bytes(value, limits));
            List<Plan.Buffer> alive = buffers.values()
                    .stream()
                    .filter(b -> b.firstStage() <= life[1] && life[0] <= b.lastStage())
                    .sorted(Comparator.comparingLong(Plan.Buffer::offset))
                    .toList();
            long offset = 0;
            for (Plan.Buffer other : alive) {
                if (offset + bytes <= other.offset()) {
                    break;
                }
                offset = Math.max(offset, other.offset() + other.bytes());
            }
            buffers.put(value, new Plan.Buffer(offset, bytes, life[0], life[1]));
        }
        return buffers;
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

    private static long align(long bytes) {
        return Math.ceilDiv(bytes, Storage.ALIGNMENT) * Storage.ALIGNMENT;
    }
}
