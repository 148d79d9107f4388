package dev.tegula.kernel.conform;

import dev.tegula.kernel.KernelId;
import java.util.List;

/**
 * What a comparison found.
 *
 * @param id the kernel that was compared with its twin
 * @param calls how many calls were compared
 * @param differences a line for each call that differed, the first ones only; empty when all bits agree
 */
public record Report(KernelId id, int calls, List<String> differences) {
    /** Copies the list. */
    public Report {
        differences = List.copyOf(differences);
    }

    /** Whether every call agreed, and there was at least one. */
    public boolean passed() {
        return calls > 0 && differences.isEmpty();
    }

    @Override
    public String toString() {
        return id + ": " + calls + " calls, "
                + (differences.isEmpty() ? "all bits equal" : "different:\n  " + String.join("\n  ", differences));
    }
}
