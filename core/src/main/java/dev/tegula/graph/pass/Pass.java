package dev.tegula.graph.pass;

import dev.tegula.graph.Graph;

/** A step from one graph to another that computes the same bits. Stateless. */
public interface Pass {
    /** Short name, as dumps of the graph are labelled with. */
    String name();

    /** The new graph; the old one is not changed. */
    Graph apply(Graph graph);
}
