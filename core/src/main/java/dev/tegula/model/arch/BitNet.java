package dev.tegula.model.arch;

import dev.tegula.graph.Value;
import java.util.List;

/**
 * BitNet b1.58 as files called {@code bitnet} have it (Ma et al., arXiv:2402.17764): ternary weights, and a norm before
 * the output layer of attention and of the feed-forward.
 */
class BitNet extends Decoder {
    @Override
    public List<String> names() {
        return List.of("bitnet");
    }

    @Override
    public boolean ropeHalves() {
        return true;
    }

    @Override
    Value attentionNorm(Layer layer, Value x) {
        return layer.norm("attn_sub_norm", x, layer.spec.queryWidth());
    }

    @Override
    Value feedForwardNorm(Layer layer, Value x) {
        return layer.norm("ffn_sub_norm", x, layer.spec.feedForward());
    }
}
