package dev.tegula.engine;

import java.time.Duration;

/**
 * Where the time of a request went.
 *
 * @param load opening the engine, the same for all its requests
 * @param queue from submit, the prompt tokenized, to the start of the prompt's first chunk
 * @param prefill from there to the first token
 * @param decode from the first token to the end
 * @param prefillTokens prompt tokens that went through the model, those reused not counted
 * @param decodeTokens tokens chosen after the first one
 */
public record Timings(Duration load, Duration queue, Duration prefill, Duration decode, int prefillTokens,
        int decodeTokens) {

    /** Prompt tokens per second of {@link #prefill()}, 0 when there was none. */
    public double prefillTokensPerSecond() {
        return rate(prefillTokens, prefill);
    }

    /** Tokens per second of {@link #decode()}, 0 when there was none. */
    public double decodeTokensPerSecond() {
        return rate(decodeTokens, decode);
    }

    /** From submit to the first token. */
    public Duration timeToFirstToken() {
        return queue.plus(prefill);
    }

    private static double rate(int tokens, Duration time) {
        return time.isZero() ? 0 : tokens * 1e9 / time.toNanos();
    }
}
