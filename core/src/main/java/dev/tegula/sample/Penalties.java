package dev.tegula.sample;

import java.util.Arrays;

/**
 * Makes tokens of the recent past less likely.
 *
 * <p>For a token that occurs {@code c > 0} times among the last {@code window} tokens: first its logit is divided by
 * {@code repeat} if positive and multiplied by it otherwise, then {@code presence + c * frequency} is subtracted.
 *
 * @see <a href="https://arxiv.org/abs/1909.05858">Keskar et al.: CTRL (2019), section 4.1, for the repeat penalty</a>
 */
public final class Penalties implements Sampler {
    private final float repeat;
    private final float presence;
    private final float frequency;
    private final int[] recent;
    // Occurrences in the window by token id.
    private final int[] counts;
    private int filled;
    private int next;

    /**
     * @param repeat factor of the repeat penalty; 1 leaves logits alone
     * @param presence subtracted once from every token seen; 0 leaves logits alone
     * @param frequency subtracted for every occurrence; 0 leaves logits alone
     * @param window how many tokens back the past reaches, at least 0
     * @param vocabularySize number of tokens
     */
    public Penalties(float repeat, float presence, float frequency, int window, int vocabularySize) {
        this.repeat = SamplingOptions.checkRepeatPenalty(repeat);
        this.presence = SamplingOptions.checkPenalty("presencePenalty", presence);
        this.frequency = SamplingOptions.checkPenalty("frequencyPenalty", frequency);
        this.recent = new int[SamplingOptions.checkWindow(window)];
        this.counts = new int[vocabularySize];
    }

    @Override
    public void apply(Candidates candidates) {
        for (int i = 0; i < filled; i++) {
            int token = recent[i];
            int count = counts[token];
            if (count > 0) {
                candidates.setLogitOf(token, penalized(candidates.logitOf(token), count));
                // Negative marks a token as done, since it may occur again in the window.
                counts[token] = -count;
            }
        }
        for (int i = 0; i < filled; i++) {
            counts[recent[i]] = Math.abs(counts[recent[i]]);
        }
    }

    private float penalized(float logit, int count) {
        float repeated = logit > 0 ? logit / repeat : logit * repeat;
        return repeated - (presence + count * frequency);
    }

    @Override
    public void accept(int token) {
        if (recent.length == 0) {
            return;
        }
        if (filled == recent.length) {
            counts[recent[next]]--;
        } else {
            filled++;
        }
        counts[token]++;
        recent[next] = token;
        next = next + 1 == recent.length ? 0 : next + 1;
    }

    @Override
    public void reset() {
        Arrays.fill(counts, 0);
        filled = 0;
        next = 0;
    }

    @Override
    public String describe() {
        return "penalties repeat " + repeat + ", presence " + presence + ", frequency " + frequency + " over "
                + recent.length + " tokens";
    }
}
