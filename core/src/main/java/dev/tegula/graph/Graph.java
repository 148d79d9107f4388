package dev.tegula.graph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An immutable data-flow graph: nodes in an order in which they can be run, and the values that are wanted.
 *
 * @param nodes every node after those that make its inputs
 * @param outputs the values wanted
 */
public record Graph(List<Node> nodes, List<Value> outputs) {
    /** Checks that every value is made once, and before it is used. */
    public Graph {
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        Set<Value> made = new HashSet<>();
        for (Node node : nodes) {
            for (Value input : node.inputs()) {
                if (input.kind() == Value.Kind.ACTIVATION && !made.contains(input)) {
                    throw new IllegalArgumentException(input + " is used before it is made: " + node);
                }
            }
            for (Value output : node.outputs()) {
                if (!made.add(output)) {
                    throw new IllegalArgumentException(output + " is made twice: " + node);
                }
            }
        }
    }

    /** How many inputs of nodes, and outputs of the graph, each value is. */
    public Map<Value, Integer> uses() {
        Map<Value, Integer> uses = new HashMap<>();
        nodes.forEach(node -> node.inputs().forEach(v -> uses.merge(v, 1, Integer::sum)));
        outputs.forEach(v -> uses.merge(v, 1, Integer::sum));
        return uses;
    }

    /** The node that makes a value. */
    public Optional<Node> producer(Value value) {
        return nodes.stream().filter(node -> node.outputs().contains(value)).findFirst();
    }

    /** Hash of the printed graph: the same for equal computations, on every machine. */
    public String contentHash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** One line per node, then the outputs; meant to be compared line by line. */
    @Override
    public String toString() {
        return nodes.stream().map(node -> node + "\n").collect(Collectors.joining())
                + outputs.stream().map(Value::toString).collect(Collectors.joining(", ", "return ", "\n"));
    }
}
