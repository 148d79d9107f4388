package dev.tegula.model;

import dev.tegula.kernel.Activation;
import dev.tegula.kernel.RopeScaling;

/**
 * The hyper-parameters of a decoder-only transformer. Its constructor refuses nonsense.
 *
 * @param architecture the family, as {@code general.architecture} names it
 * @param layers blocks; 1 … 2²⁰, and for a file no more than its {@code GgufLimits} allow
 * @param width elements of the residual stream; 1 … 2²⁰
 * @param feedForward width of the gated feed-forward layer; 1 … 2²²
 * @param heads query heads; 1 … 4096
 * @param kvHeads KV heads, a divisor of {@code heads}
 * @param headSize elements per head, even; 2 … 1024
 * @param vocabulary tokens; 1 … 2³⁰, and for a file no more than its {@code GgufLimits} allow
 * @param context positions that the model was made for; 1 … 2³⁰
 * @param normEpsilon epsilon of the norms; 0 … 1
 * @param ropeDims rotated elements per head, even, at most {@code headSize}
 * @param ropeHalves pairs are (i, i + dims/2) when true, neighbours when false
 * @param rope angles and their scaling
 * @param window positions that a row sees, itself included; 0 for all
 * @param activation function of the feed-forward gate
 */
public record ModelSpec(String architecture, int layers, int width, int feedForward, int heads, int kvHeads,
        int headSize,
        int vocabulary, int context, float normEpsilon, int ropeDims, boolean ropeHalves, RopeScaling rope, int window,
        Activation activation) {
    /** Checks every range; the message of the exception begins with the parameter's name. */
    public ModelSpec {
        range("block_count", layers, 1, 1 << 20);
        range("embedding_length", width, 1, 1 << 20);
        range("feed_forward_length", feedForward, 1, 1 << 22);
        range("attention.head_count", heads, 1, 4096);
        range("attention.head_count_kv", kvHeads, 1, heads);
        range("attention.key_length", headSize, 2, 1024);
        range("vocab_size", vocabulary, 1, 1 << 30);
        range("context_length", context, 1, 1 << 30);
        range("rope.dimension_count", ropeDims, 2, headSize);
        range("attention.sliding_window", window, 0, Integer.MAX_VALUE);
        check(heads % kvHeads == 0, "attention.head_count_kv", kvHeads, "must divide the " + heads + " heads");
        check(headSize % 2 == 0, "attention.key_length", headSize, "must be even");
        check(ropeDims % 2 == 0, "rope.dimension_count", ropeDims, "must be even");
        check(normEpsilon >= 0 && normEpsilon < 1, "attention.layer_norm_rms_epsilon", normEpsilon, "must be 0 … 1");
        check(rope.base() > 1 && Double.isFinite(rope.base()), "rope.freq_base", rope.base(), "must be above 1");
        check(rope.factor() > 0 && Double.isFinite(rope.factor()), "rope.scaling.factor", rope.factor(),
                "must be above 0");
    }

    /** Elements of all query heads of a row. */
    public int queryWidth() {
        return heads * headSize;
    }

    /** Elements of all KV heads of a row. */
    public int kvWidth() {
        return kvHeads * headSize;
    }

    private static void range(String name, int value, int min, int max) {
        check(value >= min && value <= max, name, value, "must be " + min + " … " + max);
    }

    private static void check(boolean right, String name, Object value, String rule) {
        if (!right) {
            throw new IllegalArgumentException(name + ": " + value + ": " + rule);
        }
    }
}
