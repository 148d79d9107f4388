package dev.tegula.cli;

import dev.tegula.engine.FinishReason;
import dev.tegula.engine.GenerationResult;
import dev.tegula.engine.Timings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What a generation came to, for people and for programs. */
final class Answers {
    private Answers() {}

    /** One JSON object: text, ids, why it stopped, seed and timings. */
    static Map<String, Object> object(GenerationResult result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("text", result.text());
        object.put("ids", result.ids());
        object.put("reason", reason(result.reason()));
        object.put("stop", result.stopString().orElse(null));
        object.put("seed", result.seed());
        object.put("prompt_tokens", result.promptTokens());
        object.put("reused_tokens", result.reusedTokens());
        object.put("timings", timings(result.timings()));
        return object;
    }

    private static Map<String, Object> timings(Timings timings) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("load_seconds", seconds(timings.load()));
        object.put("queue_seconds", seconds(timings.queue()));
        object.put("prefill_seconds", seconds(timings.prefill()));
        object.put("decode_seconds", seconds(timings.decode()));
        object.put("prefill_tokens", timings.prefillTokens());
        object.put("decode_tokens", timings.decodeTokens());
        object.put("prefill_tokens_per_second", timings.prefillTokensPerSecond());
        object.put("decode_tokens_per_second", timings.decodeTokensPerSecond());
        return object;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String reason(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** One line: counts, speed, why it stopped, seed. */
    static String line(GenerationResult result) {
        Timings timings = result.timings();
        return String.format(Locale.ROOT,
                "%d prompt tokens (%d reused) in %.2f s, %d tokens at %.1f per second, ended by %s, seed %d",
                result.promptTokens(), result.reusedTokens(), seconds(timings.prefill()), result.ids().size(),
                timings.decodeTokensPerSecond(), reason(result.reason()).replace('_', ' '), result.seed());
    }
}
