package dev.tegula.engine;

import dev.tegula.tensor.TensorView;

/**
 * Reads the logits of each step of a request, before the token is chosen from them.
 *
 * <p>Runs on the scheduler's thread, so all sessions wait for it; what it throws fails its own request only. It must not
 * wait for a generation or close anything: those calls throw {@link IllegalStateException} on that thread.
 */
@FunctionalInterface
public interface LogitsHook {
    /**
     * Looks at one step.
     *
     * @param index number of the token to be chosen, 0 for the first one after the prompt
     * @param logits one row of F32, the vocabulary wide, read-only; valid until this call returns, not to be kept
     */
    void onLogits(int index, TensorView logits);
}
