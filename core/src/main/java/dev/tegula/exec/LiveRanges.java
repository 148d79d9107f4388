package dev.tegula.exec;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Value;
import dev.tegula.tensor.Storage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From which stage to which each activation is needed, and where: on the host, on a device, or on both. */
final class LiveRanges {
    private final Limits limits;
    private final Map<Value, int[]> lives = new LinkedHashMap<>();
    private final Set<Value> onHost = new HashSet<>();
    private final Set<Value> onDevice = new HashSet<>();

    LiveRanges(Graph graph, List<List<Plan.Step>> stages, Limits limits) {
        this.limits = limits;
        for (int i = 0; i < stages.size(); i++) {
            for (Plan.Step step : stages.get(i)) {
                Set<Value> place = step.onDevice() ? onDevice : onHost;
                for (Value out : step.node().outputs()) {
                    if (out.kind() == Value.Kind.ACTIVATION) {
                        lives.put(out, new int[]{i, i});
                        place.add(out);
                    }
                }
                for (Value in : step.node().inputs()) {
                    if (lives.containsKey(in)) {
                        lives.get(in)[1] = i;
                        place.add(in);
                    }
                }
            }
        }
        graph.outputs().forEach(v -> {
            lives.get(v)[1] = stages.size();
            onHost.add(v);
        });
    }

    /**
     * Where the activations of one side lie: those alive in the same stage do not overlap. Largest first, each at the lowest
     * free place.
     *
     * @param device on the device or on the host; a value that crosses lies on both
     */
    Map<Value, Plan.Buffer> buffers(boolean device) {
        List<Value> order = new ArrayList<>(lives.keySet());
        order.removeIf(value -> !(device ? onDevice : onHost).contains(value));
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

    /** Bytes of the memory that buffers share. */
    static long bytes(Map<Value, Plan.Buffer> buffers) {
        return buffers.values().stream().mapToLong(b -> b.offset() + b.bytes()).max().orElse(0);
    }

    private static long align(long bytes) {
        return Math.ceilDiv(bytes, Storage.ALIGNMENT) * Storage.ALIGNMENT;
    }
}
