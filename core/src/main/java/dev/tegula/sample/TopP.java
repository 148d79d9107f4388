package dev.tegula.sample;

/**
 * Nucleus sampling: keeps the shortest run of the most likely candidates whose probabilities sum to at least
 * {@code p}.
 *
 * @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al.: The Curious Case of Neural Text Degeneration
 *      (2019)</a>
 */
public final class TopP implements Sampler {
    // Most nuclei are smaller than this; what is not gets selected in growing steps, so that a whole vocabulary is
    // sorted only where the nucleus is about as large.
    private static final int FIRST_STEP = 64;
    private static final int GROWTH = 8;

    private final float p;

    /** @param p the probability to keep, above 0 and at most 1 */
    public TopP(float p) {
        this.p = SamplingOptions.checkTopP(p);
    }

    @Override
    public void apply(Candidates candidates) {
        double limit = p * candidates.computeWeights();
        double sum = 0;
        int taken = 0;
        for (long step = FIRST_STEP; taken < candidates.size(); step *= GROWTH) {
            int end = (int) Math.min(step, candidates.size());
            candidates.sortTop(end);
            while (taken < end) {
                sum += candidates.weight(taken++);
                if (sum >= limit) {
                    candidates.truncate(taken);
                    return;
                }
            }
        }
    }

    @Override
    public String describe() {
        return "top-p " + p;
    }
}
