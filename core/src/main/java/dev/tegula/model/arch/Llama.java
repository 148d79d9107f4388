package dev.tegula.model.arch;

import java.util.List;

/**
 * Llama 2, 3, 3.1 and 3.2 (Touvron et al., arXiv:2302.13971; Grattafiori et al., arXiv:2407.21783) and Mistral (Jiang et
 * al., arXiv:2310.06825), which files call by the same name. Files of this family have their query and key rows permuted
 * so that neighbours are rotated.
 */
final class Llama extends Decoder {
    @Override
    public List<String> names() {
        return List.of("llama");
    }

    @Override
    public boolean ropeHalves() {
        return false;
    }
}
