package dev.tegula.model.arch;

import dev.tegula.graph.Graph;
import dev.tegula.graph.GraphBuilder;
import dev.tegula.graph.Value;
import dev.tegula.kernel.Op;
import dev.tegula.model.ModelSpec;
import dev.tegula.model.Weights;
import dev.tegula.tensor.DType;

/**
 * The decoder that the families share: embedding; per layer norm, attention, residual, norm, gated feed-forward, residual;
 * last norm and output matrix. A family says what differs by overriding a step.
 */
abstract class Decoder implements Architecture {
    @Override
    public final Graph build(ModelSpec spec, Weights weights, GraphBuilder graph, DType kvType) {
        Value table = weights.matrix("token_embd.weight", spec.vocabulary(), spec.width());
        Value factors = weights.findVector("rope_freqs.weight", spec.ropeDims() / 2).orElse(null);
        Value rope = graph.ropeTable("rope", spec.rope(), spec.ropeDims(), factors);
        Value cache = graph.cache(kvType, 2 * spec.kvWidth());
        Value x = graph.embed("x", table);
        for (int layer = 0; layer < spec.layers(); layer++) {
            Layer l = new Layer(spec, weights, graph, layer, rope);
            cache = attention(l, x, cache);
            x = graph.add(l.name("attn_residual"), x, l.attended);
            x = graph.add(l.name("ffn_residual"), x, feedForward(l, x));
        }
        Value last = graph.rmsNorm("last_norm", graph.selectRows("last", x),
                weights.vector("output_norm.weight", spec.width()), spec.normEpsilon(), 1);
        Value output = weights.findMatrix("output.weight", spec.vocabulary(), spec.width()).orElse(table);
        Value logits = graph.linear("logits", last, output, null);
        weights.refuseLeftovers(spec.architecture());
        return graph.build(logits);
    }

    /** Queries or keys after their linear layer, before they are rotated. */
    Value headNorm(Layer layer, String which, Value x, int heads) {
        return x;
    }

    /** Bias of a query, key or value layer, or null. */
    Value bias(Layer layer, String which, int length) {
        return null;
    }

    /** The attention's result before its output layer. */
    Value attentionNorm(Layer layer, Value x) {
        return x;
    }

    /** The gated product before the feed-forward's last layer. */
    Value feedForwardNorm(Layer layer, Value x) {
        return x;
    }

    private Value attention(Layer l, Value x, Value cache) {
        ModelSpec spec = l.spec;
        Value h = l.norm("attn_norm", x, spec.width());
        Value q = headNorm(l, "attn_q", project(l, "attn_q", h, spec.queryWidth()), spec.heads());
        Value k = headNorm(l, "attn_k", project(l, "attn_k", h, spec.kvWidth()), spec.kvHeads());
        Value v = project(l, "attn_v", h, spec.kvWidth());
        q = l.graph.rope(l.name("q_rope"), q, l.rope, spec.headSize(), spec.ropeHalves());
        k = l.graph.rope(l.name("k_rope"), k, l.rope, spec.headSize(), spec.ropeHalves());
        Value written = l.graph.kvWrite(l.name("cache"), l.index, spec.headSize(), k, v, cache);
        Value a = l.graph.attention(l.name("attn"), new Op.Attention(l.index, spec.heads(), spec.kvHeads(),
                spec.headSize(), (float) (1 / Math.sqrt(spec.headSize())), spec.window()), q, written);
        l.attended = l.linear("attn_output", attentionNorm(l, a), spec.width(), null);
        return written;
    }

    private Value project(Layer l, String which, Value h, int width) {
        return l.linear(which, h, width, bias(l, which, width));
    }

    private Value feedForward(Layer l, Value x) {
        ModelSpec spec = l.spec;
        Value h = l.norm("ffn_norm", x, spec.width());
        Value gate = l.linear("ffn_gate", h, spec.feedForward(), null);
        Value up = l.linear("ffn_up", h, spec.feedForward(), null);
        Value product = l.graph.gate(l.name("ffn_product"), spec.activation(), gate, up);
        return l.linear("ffn_down", feedForwardNorm(l, product), spec.width(), null);
    }

    /** One layer under construction. */
    static final class Layer {
        final ModelSpec spec;
        final Weights weights;
        final GraphBuilder graph;
        final int index;
        final Value rope;
        private Value attended;

        Layer(ModelSpec spec, Weights weights, GraphBuilder graph, int index, Value rope) {
            this.spec = spec;
            this.weights = weights;
            this.graph = graph;
            this.index = index;
            this.rope = rope;
        }

        /** A readable name of this layer's own. */
        String name(String step) {
            return step + "." + index;
        }

        /** The name of one of this layer's tensors. */
        String tensor(String what) {
            return "blk." + index + "." + what;
        }

        Value norm(String which, Value x, int width) {
            return graph.rmsNorm(name(which), x, weights.vector(tensor(which + ".weight"), width), spec.normEpsilon(),
                    1);
        }

        Value linear(String which, Value x, int rows, Value bias) {
            return graph.linear(name(which), x, weights.matrix(tensor(which + ".weight"), rows, x.cols()), bias);
        }
    }
}
