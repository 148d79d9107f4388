package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;
import dev.tegula.graph.Node;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Op;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes work out of the graph: nodes whose inputs are all known when the model is loaded become constants, equal nodes
 * become one, and nodes that nothing needs disappear.
 */
public final class Fold implements Pass {
    private record Key(Op op, List<Value> inputs) {}

    @Override
    public String name() {
        return "fold";
    }

    @Override
    public Graph apply(Graph graph) {
        return withoutDead(merged(graph));
    }

    private static Graph merged(Graph graph) {
        GraphEdit edit = new GraphEdit(graph);
        Map<Key, Node> seen = new HashMap<>();
        for (Node node : graph.nodes()) {
            List<Value> inputs = edit.inputs(node);
            boolean pure = node.outputs().stream().noneMatch(v -> v.kind() == Value.Kind.CACHE);
            Node twin = pure ? seen.get(new Key(node.op(), inputs)) : null;
            if (twin != null) {
                for (int i = 0; i < node.outputs().size(); i++) {
                    edit.replace(node.outputs().get(i), twin.outputs().get(i));
                }
                continue;
            }
            Node kept = new Node(node.op(), inputs, node.outputs());
            if (isKnownAtLoad(node.op(), inputs)) {
                Value out = node.output();
                Value constant = edit.value(out.name(), Value.Kind.CONSTANT, out.type(), out.rows(), out.cols());
                edit.replace(out, constant);
                kept = new Node(node.op(), inputs, List.of(constant));
            }
            seen.put(new Key(node.op(), inputs), kept);
            edit.append(kept);
        }
        return edit.build(graph.outputs());
    }

    /** Embedding rows depend on the tokens though their only input is a weight. */
    private static boolean isKnownAtLoad(Op op, List<Value> inputs) {
        return !(op instanceof Op.Embed) && inputs.stream()
                .allMatch(v -> v.kind() == Value.Kind.WEIGHT || v.kind() == Value.Kind.CONSTANT);
    }

    private static Graph withoutDead(Graph graph) {
        Set<Value> needed = new HashSet<>(graph.outputs());
        Deque<Node> kept = new ArrayDeque<>();
        List<Node> backwards = graph.nodes().reversed();
        for (Node node : backwards) {
            if (!Collections.disjoint(needed, node.outputs())) {
                needed.addAll(node.inputs());
                kept.addFirst(node);
            }
        }
        return new Graph(List.copyOf(kept), graph.outputs());
    }
}
