package dev.tegula.sample;

import java.util.Map;
import java.util.TreeMap;

/** Adds a constant to the logits of chosen tokens; negative infinity bans a token. */
public final class LogitBias implements Sampler {
    private final int[] tokens;
    private final float[] biases;

    /**
     * @param biases token id to the value added to its logit: finite, or negative infinity
     * @param vocabularySize number of tokens
     * @throws IllegalArgumentException if an id is not in the vocabulary or a bias is NaN or positive infinity
     */
    public LogitBias(Map<Integer, Float> biases, int vocabularySize) {
        Map<Integer, Float> ordered = new TreeMap<>(biases);
        this.tokens = new int[ordered.size()];
        this.biases = new float[ordered.size()];
        int next = 0;
        for (Map.Entry<Integer, Float> entry : ordered.entrySet()) {
            int token = entry.getKey();
            SamplingOptions.checkBias(token, entry.getValue());
            if (token >= vocabularySize) {
                throw new IllegalArgumentException("logitBias names token " + token
                        + ", the vocabulary ends at " + (vocabularySize - 1));
            }
            tokens[next] = token;
            this.biases[next++] = entry.getValue();
        }
    }

    @Override
    public void apply(Candidates candidates) {
        for (int i = 0; i < tokens.length; i++) {
            candidates.setLogitOf(tokens[i], candidates.logitOf(tokens[i]) + biases[i]);
        }
    }

    @Override
    public String describe() {
        return "logit-bias of " + tokens.length + " tokens";
    }
}
