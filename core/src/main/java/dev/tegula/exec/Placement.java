package dev.tegula.exec;

import dev.tegula.device.Device;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Refusal;
import dev.tegula.kv.KvLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which steps run on a device: those that have kernels there, from a place in the graph's order on to the end. The place is
 * the first from which everything has room on the device; it lies where a single value is passed on, such as between
 * layers, so that little crosses over.
 */
final class Placement {
    /** Of the device's memory what is left to the driver and to memory that kernels keep for themselves: a sixteenth. */
    private static final int RESERVE = 16;

    private final List<Node> nodes;
    private final KernelTable host;
    private final KernelTable both;
    private final Device device;
    private final KvLayout kv;

    /**
     * Nothing is chosen yet.
     *
     * @param nodes the steps' nodes in the graph's order
     * @param table the host's kernels
     * @param kv layout of the KV cache
     */
    Placement(List<Node> nodes, KernelTable table, Device device, KvLayout kv) {
        this.nodes = nodes;
        this.host = table;
        this.both = table.before(device.kernels());
        this.device = device;
        this.kv = kv;
    }

    /**
     * The plan with the most on the device that has room there.
     *
     * @param plan makes a plan of steps
     * @throws UnsupportedOperationException when nothing has room there, or an op has no kernel at all
     */
    Plan largest(Function<List<Plan.Step>, Plan> plan) {
        long room = room();
        List<Integer> cuts = cuts();
        Plan first = plan.apply(steps(cuts.get(0), room));
        if (!isThere(first)) {
            throw new UnsupportedOperationException("device " + device.info().id() + " (" + device.info().name()
                    + ") has no kernel for any op of this model: " + refusals(first));
        }
        if (fits(first, room)) {
            return first;
        }
        Plan best = null;
        int low = 1;
        int high = cuts.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Plan tried = plan.apply(steps(cuts.get(middle), room));
            if (fits(tried, room)) {
                best = tried;
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        if (best == null) {
            Plan last = plan.apply(steps(cuts.getLast(), room));
            throw new UnsupportedOperationException(String.format(Locale.ROOT,
                    "device %s (%s): the whole model takes %,d bytes there and its last part %,d; it has room for %,d",
                    device.info().id(), device.info().name(), first.device().orElseThrow().totalBytes(),
                    last.device().orElseThrow().totalBytes(), room));
        }
        return best;
    }

    private static boolean isThere(Plan plan) {
        return plan.stages().stream().flatMap(List::stream).anyMatch(Plan.Step::onDevice);
    }

    /** Why no op is on the device: each reason once, that of the first op, which looks up embeddings, last. */
    private static String refusals(Plan plan) {
        return plan.stages()
                .stream()
                .flatMap(List::stream)
                .map(step -> step.choice().refusals().getFirst().toString())
                .distinct()
                .toList()
                .reversed()
                .stream()
                .collect(Collectors.joining("; "));
    }

    private long room() {
        long memory = device.info().memoryBytes();
        return Math.max(0, memory - memory / RESERVE - device.allocatedBytes());
    }

    private boolean fits(Plan plan, long room) {
        DevicePlan part = plan.device().orElseThrow();
        return isThere(plan) && part.totalBytes() <= room
                && part.activationBytes() <= device.info().largestBufferBytes();
    }

    /**
     * Places in the order of nodes at which the device may take over: 0, and wherever a single value is passed on and no layer
     * of the cache is used on both sides.
     */
    private List<Integer> cuts() {
        Map<Value, Integer> lastUse = new HashMap<>();
        Map<Integer, Integer> lastOfLayer = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            int at = i;
            nodes.get(i).inputs().forEach(value -> lastUse.put(value, at));
            nodes.get(i).op().cacheLayer().ifPresent(layer -> lastOfLayer.put(layer, at));
        }
        List<Integer> cuts = new ArrayList<>(List.of(0));
        Set<Value> alive = new HashSet<>();
        int layerEnds = 0;
        for (int i = 0; i + 1 < nodes.size(); i++) {
            int at = i;
            Node node = nodes.get(i);
            node.outputs().stream().filter(value -> value.kind() == Value.Kind.ACTIVATION).forEach(alive::add);
            alive.removeIf(value -> lastUse.getOrDefault(value, nodes.size()) <= at);
            if (node.op().cacheLayer().isPresent()) {
                layerEnds = Math.max(layerEnds, lastOfLayer.get(node.op().cacheLayer().getAsInt()));
            }
            if (alive.size() == 1 && layerEnds <= i) {
                cuts.add(i + 1);
            }
        }
        return cuts;
    }

    /** The steps, those from a cut on wherever they have the better kernel. */
    private List<Plan.Step> steps(int cut, long room) {
        List<Plan.Step> steps = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            steps.add(i < cut
                    ? onHost(nodes.get(i),
                            String.format(Locale.ROOT, "has room for %,d bytes, which later ops take", room))
                    : anywhere(nodes.get(i)));
        }
        Set<Integer> split = new HashSet<>(Plan.layers(steps.stream().filter(step -> !step.onDevice()).toList()));
        // A layer's keys and values are in one place, where all that reads or writes them runs.
        return steps.stream()
                .map(step -> step.onDevice() && step.request().op().cacheLayer().stream().anyMatch(split::contains)
                        ? onHost(step.node(), "has no kernel for another op on this layer's cache")
                        : step)
                .toList();
    }

    private Plan.Step anywhere(Node node) {
        long largest = device.info().largestBufferBytes();
        KernelRequest request = node.request();
        Plan.Step step = new Plan.Step(node, request, both.choose(request));
        if (!step.onDevice()) {
            return step;
        }
        long bytes = node.inputs()
                .stream()
                .filter(value -> value.kind() == Value.Kind.WEIGHT)
                .mapToLong(value -> new Plan.Weight(value, Planner.packing(step, value)).bytes())
                .max()
                .orElse(0);
        if (request.op().cacheLayer().isPresent()) {
            bytes = Math.max(bytes, kv.bytes() / kv.layers());
        }
        return bytes <= largest
                ? step
                : onHost(node, String.format(Locale.ROOT, "has buffers of at most %,d bytes, and %,d are needed",
                        largest, bytes));
    }

    private Plan.Step onHost(Node node, String reason) {
        KernelRequest request = node.request();
        KernelTable.Choice choice = host.choose(request);
        List<Refusal> refusals = new ArrayList<>(List.of(new Refusal(device.info().id(), reason)));
        refusals.addAll(choice.refusals());
        return new Plan.Step(node, request, new KernelTable.Choice(choice.provider(), choice.factory(), refusals));
    }
}
