package dev.tegula.kernel;

/**
 * How attention makes a weight of a position out of the product q · k. In this order, for query head h at position t and
 * position i of the cache:
 *
 * <pre>
 * s = (q · k) * scale
 * s = tanh(s / softCap) * softCap          with a soft cap (Gemma Team, arXiv:2408.00118); {@link FloatMath#tanh}
 * s = fma(slope[h], (float) (i − t), s)    with ALiBi (Press, Smith and Lewis, arXiv:2108.12409)
 * s = −∞                                   where i &gt; t, or i ≤ t − window with a window
 * </pre>
 *
 * <p>Sinks, a learned logit per query head, join the softmax's maximum and sum like one more position that has no value
 * (OpenAI, gpt-oss model card, arXiv:2508.10925); they are neither scaled nor capped.
 *
 * @param scale factor of the products, finite
 * @param window positions that a row sees, itself included; 0 for all before it
 * @param softCap bound of the scores' magnitude; 0 for none
 * @param maxBias largest exponent of ALiBi's slopes, GGUF's {@code attention.max_alibi_bias}, which is 8 in the paper; 0 for
 *            no biases
 * @param sinks whether there are sinks
 */
public record Scoring(float scale, int window, float softCap, float maxBias, boolean sinks) {
    /** Refuses negative attributes and those that are not finite. */
    public Scoring {
        if (!Float.isFinite(scale) || window < 0 || !(softCap >= 0 && softCap <= Float.MAX_VALUE)
                || !(maxBias >= 0 && maxBias <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("scores with scale " + scale + ", a window of " + window
                    + " positions, soft cap " + softCap + ", largest bias " + maxBias);
        }
    }

    /** Scores that are scaled only, in a window or, with 0, without one. */
    public static Scoring scaled(float scale, int window) {
        return new Scoring(scale, window, 0, 0, false);
    }

    /** What is set. */
    @Override
    public String toString() {
        return "[scale=" + scale + ", window=" + window + (softCap > 0 ? ", softCap=" + softCap : "")
                + (maxBias > 0 ? ", maxBias=" + maxBias : "") + (sinks ? ", sinks]" : "]");
    }

    /** The first position that a row sees. */
    public int first(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }

    /**
     * ALiBi's slope of a query head: with n the largest power of two in {@code heads}, 2^(−maxBias (h + 1) / n) for the first
     * n heads; those beyond take every other one of the slopes that 2 n heads would have. 0 without biases.
     */
    public float slope(int head, int heads) {
        if (maxBias == 0) {
            return 0;
        }
        int n = Integer.highestOneBit(heads);
        double steps = head < n ? head + 1 : head - n + 0.5;
        return (float) StrictMath.pow(2, -maxBias * steps / n);
    }
}
