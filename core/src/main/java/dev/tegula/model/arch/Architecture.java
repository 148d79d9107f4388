package dev.tegula.model.arch;

import dev.tegula.graph.Graph;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.kernel.Activation;
import dev.tegula.model.ModelSpec;
import dev.tegula.model.Weights;
import dev.tegula.tensor.DType;
import java.util.List;

/** A model family. Stateless. */
public interface Architecture {
    /** The names by which {@code general.architecture} calls it. */
    List<String> names();

    /** Whether rotated pairs are (i, i + dims/2) rather than neighbours. */
    boolean ropeHalves();

    /** Function of the feed-forward gate. */
    default Activation activation() {
        return Activation.SILU;
    }

    /**
     * Builds the graph: from the batch's tokens to the logits of its output rows.
     *
     * @param spec hyper-parameters
     * @param weights the tensors
     * @param graph takes the nodes
     * @param kvType format of the KV cache
     */
    Graph build(ModelSpec spec, Weights weights, GraphBuilder graph, DType kvType);
}
