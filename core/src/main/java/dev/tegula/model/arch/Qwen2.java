package dev.tegula.model.arch;

import dev.tegula.graph.Value;
import java.util.List;

/** Qwen2 and Qwen2.5 (Yang et al., arXiv:2407.10671): a bias on queries, keys and values. */
final class Qwen2 extends Decoder {
    @Override
    public List<String> names() {
        return List.of("qwen2");
    }

    @Override
    public boolean ropeHalves() {
        return true;
    }

    @Override
    Value bias(Layer layer, String which, int length) {
        return layer.weights.vector(layer.tensor(which + ".bias"), length);
    }
}
