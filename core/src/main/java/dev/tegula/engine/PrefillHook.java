package dev.tegula.engine;

/**
 * Is told how far a request's prompt is, before each chunk of it goes through the model.
 *
 * <p>Runs on the scheduler's thread, so all sessions wait for it; what it throws fails its own request only. It must not
 * wait for a generation or close anything: those calls throw {@link IllegalStateException} on that thread.
 */
@FunctionalInterface
public interface PrefillHook {
    /**
     * A chunk is about to be computed.
     *
     * @param done positions that are computed, with those reused from the session's KV cache; 0 to {@code total} - 1
     * @param total positions of the prompt
     */
    void onPrefill(int done, int total);
}
