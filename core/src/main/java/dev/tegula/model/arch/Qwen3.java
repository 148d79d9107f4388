package dev.tegula.model.arch;

import dev.tegula.graph.Value;
import java.util.List;

/** Qwen3 (Yang et al., arXiv:2505.09388): queries and keys are normed per head, no biases. */
final class Qwen3 extends Decoder {
    @Override
    public List<String> names() {
        return List.of("qwen3");
    }

    @Override
    public boolean ropeHalves() {
        return true;
    }

    @Override
    Value headNorm(Layer layer, String which, Value x, int heads) {
        Value weight = layer.weights.vector(layer.tensor(which + "_norm.weight"), layer.spec.headSize());
        return layer.graph.rmsNorm(layer.name(which + "_norm"), x, weight, layer.spec.normEpsilon(), heads);
    }
}
