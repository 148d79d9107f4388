package dev.tegula.sample;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Turns rows of logits into token ids, for one sequence.
 *
 * <p>The steps run in this order, and those whose parameter switches them off are left out: logit bias, penalties,
 * top-k, top-p, min-p, temperature, draw. At temperature 0 bias and penalties are followed by the choice of the largest
 * logit, the smaller id between equals. Each draw takes one number from a {@link SampleRandom}, so the tokens depend on
 * the logits, the options and the seed only. Sampling and accepting allocate nothing. Not thread-safe.
 */
public final class SamplerChain {
    private final Candidates candidates;
    /** Finds the candidates where the first step keeps only the first of a row; null where all are loaded. */
    private final TopLogits top;
    private final Sampler[] steps;
    private final boolean greedy;
    private final long seed;
    private final SampleRandom random;

    /**
     * Builds the steps and takes their memory: about 20 bytes per candidate. Those are all tokens of the vocabulary, or
     * the first k where top-k, or the choice of the largest logit, is the first step.
     *
     * @param options what to do; without a seed in it a fresh one is chosen, see {@link #seed()}
     * @param vocabularySize number of logits in a row, at least 1
     * @throws IllegalArgumentException if the vocabulary is empty or a bias names a token outside it
     */
    public SamplerChain(SamplingOptions options, int vocabularySize) {
        this(options, vocabularySize, TopLogits.plain());
    }

    /**
     * A chain as {@link #SamplerChain(SamplingOptions, int)} makes it.
     *
     * @param top finds the first logits of a row; the tokens do not depend on it
     */
    public SamplerChain(SamplingOptions options, int vocabularySize, TopLogits top) {
        this(steps(options, vocabularySize), options.isGreedy(), options.seed().orElseGet(SamplerChain::freshSeed),
                vocabularySize, top);
    }

    /**
     * A chain of the caller's own steps, run in the order given.
     *
     * @param steps the steps, for example ours with one in between
     * @param greedy whether the largest logit is taken after the last step; otherwise a token is drawn
     * @param seed seed of the draws
     * @param vocabularySize number of logits in a row, at least 1
     */
    public SamplerChain(List<Sampler> steps, boolean greedy, long seed, int vocabularySize) {
        this(steps, greedy, seed, vocabularySize, TopLogits.plain());
    }

    private SamplerChain(List<Sampler> steps, boolean greedy, long seed, int vocabularySize, TopLogits top) {
        int first = vocabularySize;
        if (steps.isEmpty() && greedy) {
            first = 1;
        } else if (!steps.isEmpty() && steps.get(0) instanceof TopK step) {
            first = Math.min(step.k(), vocabularySize);
        }
        this.top = first < vocabularySize ? top : null;
        this.candidates = new Candidates(vocabularySize, first);
        this.steps = steps.toArray(Sampler[]::new);
        this.greedy = greedy;
        this.seed = seed;
        this.random = new SampleRandom(seed);
    }

    private static List<Sampler> steps(SamplingOptions options, int vocabularySize) {
        List<Sampler> steps = new ArrayList<>();
        if (!options.logitBias().isEmpty()) {
            steps.add(new LogitBias(options.logitBias(), vocabularySize));
        }
        if (options.hasPenalties()) {
            steps.add(new Penalties(options.repeatPenalty(), options.presencePenalty(), options.frequencyPenalty(),
                    options.repeatWindow(), vocabularySize));
        }
        if (options.isGreedy()) {
            return steps;
        }
        if (options.topK() > 0 && options.topK() < vocabularySize) {
            steps.add(new TopK(options.topK()));
        }
        if (options.topP() < 1) {
            steps.add(new TopP(options.topP()));
        }
        if (options.minP() > 0) {
            steps.add(new MinP(options.minP()));
        }
        if (options.temperature() != 1) {
            steps.add(new Temperature(options.temperature()));
        }
        return steps;
    }

    // Below 2^32, so that a reported seed is short enough to type in again.
    private static long freshSeed() {
        return ThreadLocalRandom.current().nextLong() >>> 32;
    }

    /** The seed in use: the one of the options, or the fresh one chosen in its place. */
    public long seed() {
        return seed;
    }

    /** Whether {@link #sample} reads the whole row itself, and not only what {@link TopLogits} finds in it. */
    public boolean readsWholeRows() {
        return top == null;
    }

    /**
     * Chooses the next token; the caller passes it to {@link #accept} if it becomes part of the sequence.
     *
     * @param logits segment with a row of F32 logits, one per token of the vocabulary; not changed
     * @param offset where the row starts, in bytes
     * @return a token id
     * @throws IndexOutOfBoundsException if the segment does not hold a whole row at the offset
     * @throws InvalidLogitsException if a logit is NaN or positive infinity, or all are negative infinity
     */
    public int sample(MemorySegment logits, long offset) {
        if (top == null) {
            candidates.load(logits, offset);
        } else {
            candidates.loadTop(logits, offset, top);
        }
        for (Sampler step : steps) {
            step.apply(candidates);
        }
        return greedy ? largest() : draw();
    }

    private int largest() {
        int best = candidates.best();
        if (candidates.logit(best) == Float.NEGATIVE_INFINITY) {
            throw new InvalidLogitsException("the logits of all candidates are -Infinity");
        }
        return candidates.id(best);
    }

    private int draw() {
        double left = random.nextDouble() * candidates.computeWeights();
        int chosen = 0;
        for (int i = 0; i < candidates.size(); i++) {
            double weight = candidates.weight(i);
            if (weight > 0) {
                chosen = i;
                left -= weight;
                if (left < 0) {
                    break;
                }
            }
        }
        // Rounding may leave a crumb after the last candidate, which then has it.
        return candidates.id(chosen);
    }

    /**
     * Takes note of a token of the sequence for the penalties: prompt tokens and chosen ones alike.
     *
     * @throws IndexOutOfBoundsException if the id is not in the vocabulary
     */
    public void accept(int token) {
        Objects.checkIndex(token, candidates.vocabularySize());
        for (Sampler step : steps) {
            step.accept(token);
        }
    }

    /** Forgets all accepted tokens and starts the draws over from the seed. */
    public void reset() {
        for (Sampler step : steps) {
            step.reset();
        }
        random.setState(seed);
    }

    /** The steps in order, for example {@code top-k 40 > top-p 0.95 > temperature 0.8 > draw with seed 7}. */
    @Override
    public String toString() {
        List<String> all = new ArrayList<>();
        for (Sampler step : steps) {
            all.add(step.describe());
        }
        all.add(greedy ? "largest logit" : "draw with seed " + seed);
        return all.stream().collect(Collectors.joining(" > "));
    }
}
