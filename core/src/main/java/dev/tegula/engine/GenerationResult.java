package dev.tegula.engine;

import java.util.List;
import java.util.Optional;

/**
 * What came of a request.
 *
 * @param text the text: all pieces of the stream joined
 * @param ids the tokens chosen, without the one that ended the text; those whose text a stop string swallowed included
 * @param promptTokens tokens of the prompt
 * @param reusedTokens how many of them the session's KV cache held already
 * @param reason why it ended
 * @param stopString the stop string that ended it, empty for other reasons
 * @param seed the seed of the draws, the fresh one if the request gave none; the same seed gives the same text again
 * @param timings where the time went
 */
public record GenerationResult(String text, List<Integer> ids, int promptTokens, int reusedTokens,
        FinishReason reason, Optional<String> stopString, long seed, Timings timings) {
    /** Copies the ids. */
    public GenerationResult {
        ids = List.copyOf(ids);
    }
}
