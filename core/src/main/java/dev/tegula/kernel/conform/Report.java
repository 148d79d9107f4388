package dev.tegula.kernel.conform;

import dev.tegula.kernel.KernelId;
import java.util.List;

/**
 * What a comparison found.
 *
 * @param id the kernel that was compared with its twin
 * @param calls how many calls were compared
 * @param ulps the largest difference, 0 when all bits agree: how many numbers of the format further on the kernel's result
 *            is (+0 and −0 being neighbours), of integers by how much; {@link Long#MAX_VALUE} where one of the two alone
 *            is NaN
 * @param differences a line for each call that differed, which names the first element that does; the first calls only,
 *            empty when all bits agree
 */
public record Report(KernelId id, int calls, long ulps, List<String> differences) {
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
