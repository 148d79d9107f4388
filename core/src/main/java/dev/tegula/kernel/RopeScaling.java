package dev.tegula.kernel;

/**
 * How a model stretches its rotary angles to long contexts.
 *
 * <p>The angle of pair {@code i} at position {@code p} is {@code p · base^(-2i/dims)}, changed by the kind of scaling:
 * linear divides it by {@code factor} (Chen et al., arXiv:2306.15595); YaRN blends the divided and the plain angle by the
 * pair's wavelength and multiplies cosines and sines by an attention factor (Peng et al., arXiv:2309.00071, eq. 17-22).
 * Llama 3.1's scheme comes as a tensor of divisors and needs no kind of its own.
 *
 * @param kind which formula
 * @param base base of the frequencies
 * @param factor how far the context is stretched; 1 for none
 * @param originalContext context that the model was trained with (YaRN)
 * @param betaFast rotations within the original context above which a pair keeps its angle (YaRN)
 * @param betaSlow rotations below which a pair's angle is divided wholly (YaRN)
 * @param attentionFactor factor of cosines and sines (YaRN); 1 elsewhere
 */
public record RopeScaling(Kind kind, double base, double factor, int originalContext, double betaFast, double betaSlow,
        double attentionFactor) {
    /** The formula. */
    public enum Kind {
        /** The plain angle. */
        NONE,
        /** Every angle divided by the factor. */
        LINEAR,
        /** YaRN. */
        YARN
    }

    /** The plain angle with a base. */
    public static RopeScaling none(double base) {
        return new RopeScaling(Kind.NONE, base, 1, 0, 0, 0, 1);
    }

    /** The angle of one position for each pair, before factors of a tensor: radians per position. */
    public double[] frequencies(int dims) {
        double[] frequency = new double[dims / 2];
        for (int i = 0; i < frequency.length; i++) {
            double plain = StrictMath.pow(base, -2.0 * i / dims);
            frequency[i] = switch (kind) {
                case NONE -> plain;
                case LINEAR -> plain / factor;
                case YARN -> {
                    double keep = 1 - ramp(i, dims);
                    yield plain / factor * (1 - keep) + plain * keep;
                }
            };
        }
        return frequency;
    }

    /** 0 for pairs that turn often in the original context, 1 for those that turn little, linear between. */
    private double ramp(int pair, int dims) {
        double low = Math.max(0, Math.floor(pairOf(betaFast, dims)));
        double high = Math.min(dims - 1, Math.ceil(pairOf(betaSlow, dims)));
        double y = (pair - low) / Math.max(0.001, high - low);
        return Math.min(1, Math.max(0, y));
    }

    /** The (fractional) pair that makes this many turns within the original context. */
    private double pairOf(double turns, int dims) {
        return dims * StrictMath.log(originalContext / (turns * 2 * Math.PI)) / (2 * StrictMath.log(base));
    }
}
