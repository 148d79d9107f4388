package dev.tegula.sample;

/**
 * Keeps the candidates at least {@code p} times as likely as the most likely one.
 *
 * @see <a href="https://arxiv.org/abs/2407.01082">Nguyen et al.: Turning Up the Heat: Min-p Sampling (2024)</a>
 */
public final class MinP implements Sampler {
    private final float p;
    private final float logP;

    /** @param p the fraction, above 0 and below 1 */
    public MinP(float p) {
        this.p = SamplingOptions.checkMinP(p);
        // A ratio of probabilities is a difference of logits.
        this.logP = (float) StrictMath.log(p);
    }

    @Override
    public void apply(Candidates candidates) {
        candidates.dropBelow(candidates.logit(candidates.best()) + logP);
    }

    @Override
    public String describe() {
        return "min-p " + p;
    }
}
