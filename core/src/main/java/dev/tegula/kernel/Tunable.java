package dev.tegula.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.DoubleConsumer;

/** An engine whose loops can be fitted to the machine's caches by measuring. No result depends on it, only the time it takes. */
public interface Tunable {
    /** How the loops are cut into blocks here and where that comes from, for people; a line each. */
    List<String> settings();

    /**
     * Measures and keeps the best for this user and machine; it is used from the next start on.
     *
     * @param time about how long to measure
     * @param progress is told the part that is done, 0 to 1
     * @throws IOException when the result cannot be kept
     * @throws IllegalStateException when the engine cannot run here, or gave different bits
     */
    Result tune(Duration time, DoubleConsumer progress) throws IOException;

    /**
     * What was found.
     *
     * @param findings one for each kind of loop
     * @param file where it is kept
     */
    record Result(List<Finding> findings, Path file) {
        /** Copies. */
        public Result {
            findings = List.copyOf(findings);
        }
    }

    /**
     * What was found for a kind of loop.
     *
     * @param kind its name
     * @param candidates what was measured; the first is what is used without measuring
     * @param best index of the candidate that came out best
     * @param gain how many times as fast as the first it was when both were measured once more; 1 for the first
     * @param chosen index of the candidate that is used from now on: the first, if the gain may be noise
     */
    record Finding(String kind, List<Candidate> candidates, int best, double gain, int chosen) {
        /** Copies. */
        public Finding {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * A candidate.
     *
     * @param blocking its values
     * @param gmacs billions of multiply-adds per second, the median
     * @param ratio how many times as fast as the first, the median over runs by turns
     */
    record Candidate(String blocking, double gmacs, double ratio) {}
}
