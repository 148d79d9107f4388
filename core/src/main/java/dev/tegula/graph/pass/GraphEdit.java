package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.tensor.DType;
import dev.tegula.tensor.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph under change: nodes are appended in order, and values that were replaced are followed. */
final class GraphEdit {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Value, Value> replaced = new HashMap<>();
    private int nextId;

    GraphEdit(Graph source) {
        for (Node node : source.nodes()) {
            node.inputs().forEach(v -> nextId = Math.max(nextId, v.id() + 1));
            node.outputs().forEach(v -> nextId = Math.max(nextId, v.id() + 1));
        }
    }

    /** A new value. */
    Value value(String name, Value.Kind kind, DType type, Dim rows, int cols) {
        return new Value(nextId++, name, kind, type, rows, cols);
    }

    /** From here on, uses of {@code old} become uses of {@code now}. */
    void replace(Value old, Value now) {
        replaced.put(old, now);
    }

    /** What a value has become. */
    Value now(Value value) {
        Value next = replaced.get(value);
        return next == null ? value : now(next);
    }

    /** The inputs of a node as they are now. */
    List<Value> inputs(Node node) {
        return node.inputs().stream().map(this::now).toList();
    }

    void append(Node node) {
        nodes.add(node);
    }

    Graph build(List<Value> outputs) {
        return new Graph(nodes, outputs.stream().map(this::now).toList());
    }
}
