package dev.tegula.exec;

import dev.tegula.device.DeviceKernelFactory;
import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Cost;
import dev.tegula.kernel.KernelArgs;
import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.KernelTable;
import dev.tegula.kernel.Scratch;
import dev.tegula.kv.KvLayout;
import dev.tegula.tile.Packing;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A graph with its kernels chosen and its memory laid out. Nothing is allocated yet, and all bytes are known.
 *
 * @param graph the graph after all passes
 * @param limits what the plan is made for
 * @param kv layout of the KV cache
 * @param stages steps in groups; the steps of a stage do not depend on each other, and a stage begins when the one before is done
 * @param constants nodes that are evaluated when the model is loaded
 * @param weights weights in the layouts that the kernels want; tables for look-ups stay in the file
 * @param buffers where each activation lies
 * @param activationBytes bytes of all activations, which share memory where their lives do not overlap
 * @param scratch scratch memory per worker
 * @param sharedBytes bytes of memory that the workers share within a stage
 * @param cold the same graph on scalar kernels, to run until the JVM has compiled the chosen ones; for small models whose
 *            chosen kernels are slow before that
 * @param device what lies and runs on a device, if there is one
 */
public record Plan(Graph graph, Limits limits, KvLayout kv, List<List<Step>> stages, List<Node> constants,
        List<Weight> weights, Map<Value, Buffer> buffers, long activationBytes, Scratch.Size scratch,
        long sharedBytes, Optional<Plan> cold, Optional<DevicePlan> device) {
    /**
     * One node and the kernel that runs it.
     *
     * @param node the node
     * @param request what the kernel was asked for
     * @param choice the kernel, and why better ones refused
     */
    public record Step(Node node, KernelRequest request, KernelTable.Choice choice) {
        /** Whether it runs on the plan's device. */
        public boolean onDevice() {
            return choice.factory() instanceof DeviceKernelFactory;
        }
    }

    /**
     * A weight matrix in one layout. A tensor that two kernels want in two layouts is there twice.
     *
     * @param value the tensor
     * @param packing its layout in memory
     */
    public record Weight(Value value, Packing packing) {
        /** Bytes in memory. */
        public long bytes() {
            return packing.bytes(value.type(), value.rows().size(), value.cols());
        }

        /** Groups of rows that it is packed in. */
        long groups() {
            return Math.ceilDiv(value.rows().size(), (long) packing.groupRows());
        }

        /** Bytes of a group. */
        long groupBytes() {
            return packing.groupBytes(value.type(), value.cols());
        }
    }

    /**
     * Where an activation lies.
     *
     * @param offset byte offset in the activations' memory
     * @param bytes size for the largest batch
     * @param firstStage stage that makes it
     * @param lastStage last stage that needs it
     */
    public record Buffer(long offset, long bytes, int firstStage, int lastStage) {}

    /** Copies the lists. */
    public Plan {
        stages = stages.stream().map(List::copyOf).toList();
        constants = List.copyOf(constants);
        weights = List.copyOf(weights);
        buffers = Map.copyOf(buffers);
    }

    /** Bytes of the memory that the workers share while they run a step. */
    static long sharedBytes(Step step, Limits limits) {
        return step.onDevice() ? 0 : KernelArgs.sharedBytes(step.request(), limits.threads(), limits.context());
    }

    /** The layers whose part of the KV cache some steps read or write, in order. */
    static SortedSet<Integer> layers(List<Step> steps) {
        SortedSet<Integer> layers = new TreeSet<>();
        steps.forEach(step -> step.request().op().cacheLayer().ifPresent(layers::add));
        return layers;
    }

    /** How many layers' part of the KV cache the host holds: up to the last one that has a step there. */
    private int hostLayers() {
        SortedSet<Integer> layers = layers(
                stages.stream().flatMap(List::stream).filter(step -> !step.onDevice()).toList());
        return layers.isEmpty() ? 0 : layers.last() + 1;
    }

    /** The host's part of the KV cache; empty when the device has all of it. */
    Optional<KvLayout> hostKv() {
        int layers = hostLayers();
        return layers == 0
                ? Optional.empty()
                : Optional.of(kv.withLayers(layers));
    }

    /** Bytes of the KV cache on the host. */
    public long kvBytes() {
        return hostKv().map(KvLayout::bytes).orElse(0L);
    }

    /** Bytes of all weights in the host's memory. */
    public long weightBytes() {
        return weights.stream().mapToLong(Weight::bytes).sum();
    }

    /** Bytes of the constants. */
    public long constantBytes() {
        return constants.stream().mapToLong(node -> bytes(node.output(), limits)).sum();
    }

    /** The weights and those of the cold plan, each layout once. */
    List<Weight> allWeights() {
        return Stream.concat(weights.stream(), cold.stream().flatMap(plan -> plan.weights().stream()))
                .distinct()
                .toList();
    }

    /** The weights that are kept in a {@link WeightCache}: those of the host and of the device, each layout once. */
    List<Weight> cacheable() {
        return Stream.concat(allWeights().stream(), device.stream().flatMap(part -> part.weights().stream()))
                .distinct()
                .toList();
    }

    /** Bytes of all weights on the host, also those of the cold plan: what a {@link WeightCache} spares it. */
    public long cacheableBytes() {
        return allWeights().stream().mapToLong(Weight::bytes).sum();
    }

    /**
     * Bytes that starting on the cold plan takes: its weights, where they are not those of this plan, and what the warm-up
     * of the chosen kernels works on.
     */
    public long coldBytes() {
        return cold.isEmpty() ? 0 : cacheableBytes() - weightBytes() + WarmUp.bytes(this);
    }

    /**
     * Everything that will be allocated on the host: weights, constants, activations, scratch and shared memory, KV cache, batch, cold start.
     * With a {@link WeightCache} {@link #cacheableBytes} of them are mapped and not allocated.
     */
    public long totalBytes() {
        return weightBytes() + constantBytes() + activationBytes + scratch.totalBytes() * limits.threads() + sharedBytes
                + kvBytes() + limits.batchBytes() + coldBytes();
    }

    /** What one call costs. */
    public Cost cost(int rows, int context) {
        Cost cost = new Cost(0, 0);
        for (List<Step> stage : stages) {
            for (Step step : stage) {
                cost = cost.plus(step.choice().factory().cost(step.request(), rows, context));
            }
        }
        return cost;
    }

    /**
     * What one call of successive rows of a sequence costs, which share the keys and values that each of them sees.
     *
     * @param before positions of the sequence before them
     * @param rows at least 1
     */
    public Cost costAfter(int before, int rows) {
        long cached = cost(1, before + rows).bytes() - cost(1, 0).bytes();
        // On the average a row sees those before it and half of the others.
        return new Cost(cost(rows, before + (rows + 1) / 2).multiplyAdds(), cost(rows, 0).bytes() + cached);
    }

    /** Bytes of a value for the largest batch. */
    static long bytes(Value value, Limits limits) {
        long rows = value.rows().isSymbolic()
                ? value.rows().equals(dev.tegula.tensor.Dim.CONTEXT)
                        ? (long) limits.blocksPerSession() * KvLayout.BLOCK
                        : limits.rows(value.rows())
                : value.rows().size();
        return Math.multiplyExact(rows, value.type().bytes(value.cols()));
    }

    /** The plan as text: memory, then every stage with its kernels and buffers; meant to be compared line by line. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        text.append(describeMemory());
        for (int i = 0; i < stages.size(); i++) {
            for (Step step : stages.get(i)) {
                text.append(
                        String.format(Locale.ROOT, "%4d  %-40s %s%n", i, step.choice().factory().id(), step.node()));
                for (Value out : step.node().outputs()) {
                    Buffer buffer = buffers.get(out);
                    if (buffer != null) {
                        text.append(String.format(Locale.ROOT, "      %s at %d, %d bytes, stages %d … %d%n", out,
                                buffer.offset(), buffer.bytes(), buffer.firstStage(), buffer.lastStage()));
                    }
                }
            }
        }
        return text.toString();
    }

    /** The bytes of the plan as text, one line per purpose. */
    public String describeMemory() {
        return String.format(Locale.ROOT,
                "weights %,d%nconstants %,d%nactivations %,d (%d rows)%nscratch %,d (%d threads), shared %,d%n"
                        + "KV cache %,d (%s, %d sessions of %d positions)%nbatch %,d%ncold start %,d%ntotal %,d bytes%n",
                weightBytes(), constantBytes(), activationBytes, limits.batchRows(),
                scratch.totalBytes() * limits.threads(),
                limits.threads(), sharedBytes, kvBytes(), kv.type(), limits.sessions(), limits.context(),
                limits.batchBytes(),
                coldBytes(), totalBytes()) + device.map(DevicePlan::describeMemory).orElse("");
    }
}
