package dev.tegula.kernel.conform;

import dev.tegula.kernel.KernelId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a comparison found.
 *
 * @param id the kernel that was compared with its twin
 * @param calls how many calls were compared
 * @param ulps the largest difference, 0 when all bits agree: how many numbers of the format further on the kernel's result
 *            is (+0 and −0 being neighbours), of integers by how much; {@link Long#MAX_VALUE} where one of the two alone
 *            is NaN
 * @param deviation of a kernel that is not exact, the result that came nearest to its bound, or went beyond it
 * @param differences a line for each call that differed, which names the first element that does; the first calls only,
 *            empty when all bits agree, or
 *            lie within their bounds
 */
public record Report(KernelId id, int calls, long ulps, Optional<Deviation> deviation, List<String> differences) {
    /**
     * How far a result is from the twin's, and how far it may be.
     *
     * @param error magnitude of the difference
     * @param bound see {@code docs/NUMERICS.md}
     */
    public record Deviation(double error, double bound) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "error %.2g, bound %.2g", error, bound);
        }
    }

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
                + (differences.isEmpty()
                        ? deviation.map(d -> "all within their bounds; at the nearest " + d).orElse("all bits equal")
                        : "different:\n  " + String.join("\n  ", differences));
    }
}
