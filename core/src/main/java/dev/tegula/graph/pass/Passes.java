package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The passes between a model's builder and the choice of kernels, in their order. */
public final class Passes {
    private static final List<Pass> ORDER = List.of(new Fold(), new QuantizeInputs(), new Fuse());

    private Passes() {}

    /** Applies all passes. */
    public static Graph apply(Graph graph) {
        for (Pass pass : ORDER) {
            graph = pass.apply(graph);
        }
        return graph;
    }

    /** The graph as built and after each pass, by name, in order. */
    public static Map<String, Graph> trace(Graph graph) {
        Map<String, Graph> stages = new LinkedHashMap<>();
        stages.put("built", graph);
        for (Pass pass : ORDER) {
            graph = pass.apply(graph);
            stages.put(pass.name(), graph);
        }
        return stages;
    }

    /** The trace as text: a heading per pass, then the graph, meant to be compared line by line. */
    public static String describe(Graph graph) {
        return trace(graph).entrySet()
                .stream()
                .map(e -> "== " + e.getKey() + "\n" + e.getValue())
                .collect(Collectors.joining());
    }
}
