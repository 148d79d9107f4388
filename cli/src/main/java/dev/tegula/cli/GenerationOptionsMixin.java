package dev.tegula.cli;

import dev.tegula.engine.Request;
import dev.tegula.sample.SamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How text is generated. What is not given is as the model's metadata recommend, else as {@link SamplingOptions}. */
final class GenerationOptionsMixin {
    /** The name of a parameter at the beginning of a message of {@link SamplingOptions} or {@link Request}, by what follows it. */
    private static final Pattern PARAMETER = Pattern.compile("^[a-z]+([A-Z][a-z]*)*(?= (must|names|of) )");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Tokens at most (default: what the context holds).")
    private Integer maxTokens;

    @Option(names = "--greedy", description = "Take the most likely token every time.")
    private boolean greedy;

    @Option(names = "--temperature", paramLabel = "X", description = "0 to 100, 0 is greedy (default: 0.8).")
    private Float temperature;

    @Option(names = "--top-k", paramLabel = "N", description = "Most likely tokens kept, 0 for all (default: 40).")
    private Integer topK;

    @Option(names = "--top-p", paramLabel = "X", description = "Probability kept, 1 for all (default: 0.95).")
    private Float topP;

    @Option(names = "--min-p", paramLabel = "X", description = "Least probability kept as a fraction of the largest, 0 for all (default: 0.05).")
    private Float minP;

    @Option(names = "--repeat-penalty", paramLabel = "X", description = "1 for none (default: 1).")
    private Float repeatPenalty;

    @Option(names = "--repeat-window", paramLabel = "N", description = "Tokens back that the penalties look at (default: 64).")
    private Integer repeatWindow;

    @Option(names = "--presence-penalty", paramLabel = "X", description = "0 for none (default: 0).")
    private Float presencePenalty;

    @Option(names = "--frequency-penalty", paramLabel = "X", description = "0 for none (default: 0).")
    private Float frequencyPenalty;

    @Option(names = "--logit-bias", paramLabel = "ID=X", description = "Add to a token's logit; -Infinity bans it.")
    private Map<Integer, Float> logitBias = new LinkedHashMap<>();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the draws (default: a fresh one, which is shown).")
    private Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End the text where this appears; may be repeated.")
    private List<String> stops = List.of();

    /** Whether the draws come from a seed that nobody has chosen. */
    boolean drawsFromFreshSeed(SamplingOptions defaults) {
        return seed == null && !sampling(defaults).isGreedy();
    }

    /**
     * The sampling options.
     *
     * @param defaults what the model recommends
     * @throws ParameterException if a value is out of its range
     */
    SamplingOptions sampling(SamplingOptions defaults) {
        SamplingOptions.Builder builder = defaults.toBuilder();
        set(temperature, builder::temperature);
        set(topK, builder::topK);
        set(topP, builder::topP);
        set(minP, builder::minP);
        set(repeatPenalty, builder::repeatPenalty);
        set(repeatWindow, builder::repeatWindow);
        set(presencePenalty, builder::presencePenalty);
        set(frequencyPenalty, builder::frequencyPenalty);
        set(seed, builder::seed);
        logitBias.forEach(builder::logitBias);
        if (greedy) {
            builder.temperature(0);
        }
        try {
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), optionNames(e.getMessage()), e);
        }
    }

    /**
     * Checks every value, before a model is loaded for them.
     *
     * @throws ParameterException if a value is out of its range
     */
    void check() {
        apply(Request.text(""), SamplingOptions.defaults());
    }

    /** A message with an option's name for a parameter's: {@code topK must …} becomes {@code --top-k must …}. */
    private static String optionNames(String message) {
        return PARAMETER.matcher(message)
                .replaceFirst(word -> "--" + word.group().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT));
    }

    private static <T> void set(T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    /**
     * Puts all options into a request.
     *
     * @throws ParameterException if a value is out of its range
     */
    Request.Builder apply(Request.Builder request, SamplingOptions defaults) {
        try {
            request.sampling(sampling(defaults)).stop(stops.toArray(String[]::new));
            return maxTokens == null ? request : request.maxTokens(maxTokens);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), optionNames(e.getMessage()), e);
        }
    }
}
