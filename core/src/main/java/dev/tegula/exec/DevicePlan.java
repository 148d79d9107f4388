package dev.tegula.exec;

import dev.tegula.device.Device;
import dev.tegula.graph.Value;
import dev.tegula.kv.KvLayout;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;

/**
 * What of a plan lies on a device. Its steps are the plan's that are {@link Plan.Step#onDevice}.
 *
 * @param device the device
 * @param weights weights in the layouts that its kernels want
 * @param constants constants that its kernels read
 * @param buffers where each activation lies that is made or read there
 * @param activationBytes bytes of these activations, which share memory where their lives do not overlap
 * @param layers layers whose keys and values it holds
 * @param limits what the plan is made for
 * @param kv layout of the whole KV cache
 */
public record DevicePlan(Device device, List<Plan.Weight> weights, List<Value> constants,
        Map<Value, Plan.Buffer> buffers,
        long activationBytes, SortedSet<Integer> layers, Limits limits, KvLayout kv) {
    /** Copies the lists. */
    public DevicePlan {
        weights = List.copyOf(weights);
        constants = List.copyOf(constants);
        buffers = Map.copyOf(buffers);
    }

    /** The layout of one layer's part of the KV cache. */
    KvLayout layer() {
        return kv.withLayers(1);
    }

    /** Bytes of the weights there. */
    public long weightBytes() {
        return weights.stream().mapToLong(Plan.Weight::bytes).sum();
    }

    /** Bytes of its part of the KV cache. */
    public long kvBytes() {
        return layer().bytes() * layers.size();
    }

    /** Bytes of the constants there. */
    public long constantBytes() {
        return constants.stream().mapToLong(value -> Plan.bytes(value, limits)).sum();
    }

    /** Everything that will be allocated there, but for what the kernels keep for themselves. */
    public long totalBytes() {
        return weightBytes() + constantBytes() + activationBytes + kvBytes();
    }

    /** The bytes there as text. */
    String describeMemory() {
        return String.format(Locale.ROOT,
                "on %s: weights %,d, constants %,d, activations %,d, KV cache %,d (%d layers), total %,d bytes%n",
                device.info().id(), weightBytes(), constantBytes(), activationBytes, kvBytes(), layers.size(),
                totalBytes());
    }
}
