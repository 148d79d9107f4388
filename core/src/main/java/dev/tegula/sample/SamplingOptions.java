package dev.tegula.sample;

import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * How tokens are chosen. Immutable; every value is checked, and an error names the parameter and its range.
 *
 * @param temperature 0 to 100; divides the logits, and 0 takes the most likely token
 * @param topK at least 0; how many of the most likely tokens to keep, 0 for all
 * @param topP above 0, at most 1; the probability the most likely tokens kept sum to, 1 for all
 * @param minP at least 0, below 1; the least probability kept, as a fraction of the largest, 0 for all
 * @param repeatPenalty above 0, at most 100; see {@link Penalties}, 1 for none
 * @param repeatWindow 0 to 1048576; how many tokens back all three penalties look
 * @param presencePenalty -100 to 100; see {@link Penalties}, 0 for none
 * @param frequencyPenalty -100 to 100; see {@link Penalties}, 0 for none
 * @param logitBias token id to a value added to its logit, finite or negative infinity
 * @param seed seed of the draws; empty for a fresh one per sequence, which {@link SamplerChain#seed()} reports
 */
public record SamplingOptions(float temperature, int topK, float topP, float minP, float repeatPenalty,
        int repeatWindow, float presencePenalty, float frequencyPenalty, Map<Integer, Float> logitBias,
        OptionalLong seed) {

    private static final float MAX_TEMPERATURE = 100;
    private static final float MAX_PENALTY = 100;
    // A context of a million tokens is the longest in use.
    private static final int MAX_WINDOW = 1 << 20;

    /** Checks every value; see the parameters. */
    public SamplingOptions {
        checkTemperature(temperature);
        if (topK < 0) {
            throw new IllegalArgumentException("topK must be at least 0, was " + topK);
        }
        checkTopP(topP);
        checkMinPOrNone(minP);
        checkRepeatPenalty(repeatPenalty);
        checkWindow(repeatWindow);
        checkPenalty("presencePenalty", presencePenalty);
        checkPenalty("frequencyPenalty", frequencyPenalty);
        logitBias.forEach(SamplingOptions::checkBias);
        logitBias = Map.copyOf(logitBias);
        Objects.requireNonNull(seed, "seed");
    }

    /** Temperature 0.8, top-k 40, top-p 0.95, min-p 0.05, no penalties, a fresh seed. */
    public static SamplingOptions defaults() {
        return builder().build();
    }

    /** The most likely token every time. */
    public static SamplingOptions greedy() {
        return builder().temperature(0).build();
    }

    /** A builder that holds the values of {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds the values of these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Whether the most likely token is taken instead of drawing one. */
    public boolean isGreedy() {
        return temperature == 0;
    }

    /** Whether any of the three penalties changes a logit. */
    public boolean hasPenalties() {
        return repeatWindow > 0 && (repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0);
    }

    static float checkTemperature(float value) {
        return check("temperature", value, value >= 0 && value <= MAX_TEMPERATURE, "from 0 to 100");
    }

    static float checkTopP(float value) {
        return check("topP", value, value > 0 && value <= 1, "above 0 and at most 1");
    }

    static float checkMinP(float value) {
        return check("minP", value, value > 0 && value < 1, "at least 0 and below 1");
    }

    private static float checkMinPOrNone(float value) {
        return value == 0 ? value : checkMinP(value);
    }

    static float checkRepeatPenalty(float value) {
        return check("repeatPenalty", value, value > 0 && value <= MAX_PENALTY, "above 0 and at most 100");
    }

    static float checkPenalty(String name, float value) {
        return check(name, value, Math.abs(value) <= MAX_PENALTY, "from -100 to 100");
    }

    static int checkWindow(int value) {
        if (value < 0 || value > MAX_WINDOW) {
            throw new IllegalArgumentException("repeatWindow must be from 0 to " + MAX_WINDOW + ", was " + value);
        }
        return value;
    }

    static void checkBias(int token, float bias) {
        if (token < 0) {
            throw new IllegalArgumentException("logitBias names token " + token + ", ids start at 0");
        }
        check("logitBias of token " + token, bias, bias < Float.POSITIVE_INFINITY, "finite or -Infinity");
    }

    private static float check(String name, float value, boolean ok, String range) {
        if (!ok) {
            throw new IllegalArgumentException(name + " must be " + range + ", was " + value);
        }
        return value;
    }

    /** Collects values one at a time; {@link #build()} checks them. Not thread-safe. */
    public static final class Builder {
        private static final int DEFAULT_WINDOW = 64;

        private float temperature = 0.8f;
        private int topK = 40;
        private float topP = 0.95f;
        private float minP = 0.05f;
        private float repeatPenalty = 1;
        private int repeatWindow = DEFAULT_WINDOW;
        private float presencePenalty;
        private float frequencyPenalty;
        private final Map<Integer, Float> logitBias = new TreeMap<>();
        private OptionalLong seed = OptionalLong.empty();

        private Builder() {}

        private Builder(SamplingOptions options) {
            temperature = options.temperature;
            topK = options.topK;
            topP = options.topP;
            minP = options.minP;
            repeatPenalty = options.repeatPenalty;
            repeatWindow = options.repeatWindow;
            presencePenalty = options.presencePenalty;
            frequencyPenalty = options.frequencyPenalty;
            logitBias.putAll(options.logitBias);
            seed = options.seed;
        }

        /**
         * Takes the values a model's own metadata recommends: {@code general.sampling.temp}, {@code top_k},
         * {@code top_p}, {@code min_p}, {@code penalty_repeat} and {@code penalty_last_n}, as GGUF names them. Keys
         * that are not there leave the value as it is. As other readers of the format have it, a {@code top_k} below 0
         * keeps all tokens, as 0 does, and a {@code penalty_last_n} of -1 looks at all tokens there are.
         *
         * @param metadata gives the number under a full key, or null if there is none
         * @throws IllegalArgumentException if a number is out of its range; the message begins with its key
         */
        public Builder fromMetadata(Function<String, Number> metadata) {
            number(metadata, "temp", value -> temperature(checkTemperature(value.floatValue())));
            number(metadata, "top_k", value -> topK(Math.max(0, whole(value))));
            number(metadata, "top_p", value -> topP(checkTopP(value.floatValue())));
            number(metadata, "min_p", value -> minP(checkMinPOrNone(value.floatValue())));
            number(metadata, "penalty_repeat", value -> repeatPenalty(checkRepeatPenalty(value.floatValue())));
            number(metadata, "penalty_last_n",
                    value -> repeatWindow(whole(value) == -1 ? MAX_WINDOW : checkWindow(whole(value))));
            return this;
        }

        private static void number(Function<String, Number> metadata, String name, Consumer<Number> setter) {
            String key = "general.sampling." + name;
            Number value = metadata.apply(key);
            if (value != null) {
                try {
                    setter.accept(value);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(key + " = " + value + ": " + e.getMessage(), e);
                }
            }
        }

        private static int whole(Number value) {
            if (value.doubleValue() != value.intValue()) {
                throw new IllegalArgumentException("a whole number of 32 bits is wanted");
            }
            return value.intValue();
        }

        /** Sets {@link SamplingOptions#temperature()}. */
        public Builder temperature(float value) {
            temperature = value;
            return this;
        }

        /** Sets {@link SamplingOptions#topK()}. */
        public Builder topK(int value) {
            topK = value;
            return this;
        }

        /** Sets {@link SamplingOptions#topP()}. */
        public Builder topP(float value) {
            topP = value;
            return this;
        }

        /** Sets {@link SamplingOptions#minP()}. */
        public Builder minP(float value) {
            minP = value;
            return this;
        }

        /** Sets {@link SamplingOptions#repeatPenalty()}. */
        public Builder repeatPenalty(float value) {
            repeatPenalty = value;
            return this;
        }

        /** Sets {@link SamplingOptions#repeatWindow()}. */
        public Builder repeatWindow(int value) {
            repeatWindow = value;
            return this;
        }

        /** Sets {@link SamplingOptions#presencePenalty()}. */
        public Builder presencePenalty(float value) {
            presencePenalty = value;
            return this;
        }

        /** Sets {@link SamplingOptions#frequencyPenalty()}. */
        public Builder frequencyPenalty(float value) {
            frequencyPenalty = value;
            return this;
        }

        /** Adds one entry to {@link SamplingOptions#logitBias()}. */
        public Builder logitBias(int token, float bias) {
            logitBias.put(token, bias);
            return this;
        }

        /** Sets {@link SamplingOptions#seed()}. */
        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public SamplingOptions build() {
            return new SamplingOptions(temperature, topK, topP, minP, repeatPenalty, repeatWindow, presencePenalty,
                    frequencyPenalty, logitBias, seed);
        }
    }
}
