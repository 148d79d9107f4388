package dev.tegula.kernel;

/**
 * A reasoned "no": why a kernel or an engine cannot be used here.
 *
 * @param who the kernel's id or the engine's name
 * @param reason one sentence, for people
 */
public record Refusal(String who, String reason) {
    @Override
    public String toString() {
        return who + ": " + reason;
    }
}
