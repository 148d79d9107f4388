package dev.tegula.bench.kernel;

import java.util.Map;
import java.util.TreeSet;

/**
 * The shape of a linear layer.
 *
 * @param m rows of activations
 * @param n output elements per row
 * @param k elements that are summed
 */
public record LayerShape(int m, int n, int k) {
    /** Output and input elements of layers of published models, by model and name in a GGUF file. */
    private static final Map<String, int[]> LAYERS = Map.ofEntries(
            Map.entry("llama-3.2-1b/attn_q", new int[]{2048, 2048}),
            Map.entry("llama-3.2-1b/attn_k", new int[]{512, 2048}),
            Map.entry("llama-3.2-1b/ffn_up", new int[]{8192, 2048}),
            Map.entry("llama-3.2-1b/ffn_down", new int[]{2048, 8192}),
            Map.entry("llama-3.2-1b/output", new int[]{128256, 2048}),
            Map.entry("qwen3-0.6b/ffn_up", new int[]{3072, 1024}),
            Map.entry("qwen3-8b/attn_q", new int[]{4096, 4096}), Map.entry("qwen3-8b/ffn_up", new int[]{12288, 4096}),
            Map.entry("qwen3-8b/ffn_down", new int[]{4096, 12288}),
            Map.entry("bitnet-2b/ffn_up", new int[]{6912, 2560}),
            Map.entry("bitnet-2b/ffn_down", new int[]{2560, 6912}));

    public LayerShape {
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException("shape " + m + "x" + n + "x" + k + ": each must be 1 or more");
        }
    }

    /**
     * A shape by name.
     *
     * @param text {@code model/layer}, or {@code MxNxK}, or {@code NxK}
     * @param rows rows of activations unless the text has them
     * @throws IllegalArgumentException for anything else; the message lists the layers
     */
    public static LayerShape of(String text, int rows) {
        int[] layer = LAYERS.get(text);
        if (layer != null) {
            return new LayerShape(rows, layer[0], layer[1]);
        }
        if (!text.matches("\\d{1,8}x\\d{1,8}(x\\d{1,8})?")) {
            throw new IllegalArgumentException(
                    "shape '" + text + "' is neither MxNxK nor one of " + new TreeSet<>(LAYERS.keySet()));
        }
        String[] parts = text.split("x");
        int at = parts.length - 2;
        return new LayerShape(at == 1 ? Integer.parseInt(parts[0]) : rows, Integer.parseInt(parts[at]),
                Integer.parseInt(parts[at + 1]));
    }
}
