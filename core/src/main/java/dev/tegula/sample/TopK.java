package dev.tegula.sample;

/**
 * Keeps the {@code k} most likely candidates: a partial selection, one pass over the vocabulary for a small k. As a chain's
 * first step it loads no others; see {@link TopLogits}.
 */
public final class TopK implements Sampler {
    private final int k;

    /** @param k how many to keep, at least 1 */
    public TopK(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("topK of a top-k step must be at least 1, was " + k);
        }
        this.k = k;
    }

    int k() {
        return k;
    }

    @Override
    public void apply(Candidates candidates) {
        candidates.sortTop(k);
        candidates.truncate(k);
    }

    @Override
    public String describe() {
        return "top-k " + k;
    }
}
