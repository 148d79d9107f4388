package dev.tegula.graph;

import dev.tegula.kernel.KernelRequest;
import dev.tegula.kernel.Op;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One operation of a graph.
 *
 * @param op what it computes
 * @param inputs its inputs in the op's order
 * @param outputs its outputs; an op that writes the KV cache has the cache's next state as its last
 */
public record Node(Op op, List<Value> inputs, List<Value> outputs) {
    /** Copies the lists. */
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** The i-th input. */
    public Value input(int i) {
        return inputs.get(i);
    }

    /** The first output. */
    public Value output() {
        return outputs.get(0);
    }

    /** What a kernel is asked for; states of the cache are no outputs of a kernel. */
    public KernelRequest request() {
        return new KernelRequest(op, inputs.stream().map(Value::spec).toList(),
                outputs.stream().filter(v -> v.kind() != Value.Kind.CACHE).map(Value::spec).toList());
    }

    @Override
    public String toString() {
        String left = outputs.stream().map(v -> v + ": " + v.spec()).collect(Collectors.joining(", "));
        return left + " = " + op + inputs.stream().map(Value::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
