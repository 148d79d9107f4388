package dev.tegula.sample;

/**
 * One step of a {@link SamplerChain}: changes or drops candidates.
 *
 * <p>An implementation allocates nothing in {@link #apply} and {@link #accept}, always leaves at least one candidate
 * with a finite logit, and gives the same result for the same candidates and history on every machine.
 */
public interface Sampler {
    /** Changes the logits of the candidates or drops some. */
    void apply(Candidates candidates);

    /**
     * Takes note of a token that became part of the sequence, prompt tokens included.
     *
     * @param token a token id, at least 0 and below the vocabulary size
     */
    default void accept(int token) {}

    /** Forgets the tokens accepted so far. */
    default void reset() {}

    /** The step and its parameters, for example {@code top-k 40}. */
    String describe();
}
