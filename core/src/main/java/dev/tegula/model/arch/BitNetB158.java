package dev.tegula.model.arch;

import dev.tegula.kernel.Activation;
import java.util.List;

/** BitNet b1.58 2B4T (Ma et al., arXiv:2504.12285): {@link BitNet} with a squared ReLU. */
final class BitNetB158 extends BitNet {
    @Override
    public List<String> names() {
        return List.of("bitnet-b1.58");
    }

    @Override
    public Activation activation() {
        return Activation.RELU2;
    }
}
