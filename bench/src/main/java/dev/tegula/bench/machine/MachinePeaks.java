package dev.tegula.bench.machine;

import dev.tegula.nat.PeakLoop;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What was measured of a machine.
 *
 * @param schema version of this form, {@link #SCHEMA}
 * @param date of the measurement, in UTC, as ISO 8601 has it
 * @param peaks the rows
 * @param missing what is not among them, and why
 */
public record MachinePeaks(int schema, Machine machine, String date, List<Peak> peaks, List<String> missing) {
    /** The version that this program writes and reads. */
    static final int SCHEMA = 1;

    public MachinePeaks {
        peaks = List.copyOf(peaks);
        missing = List.copyOf(missing);
    }

    /**
     * The fastest that was seen of a loop: 10⁹ multiply-adds or bytes per second.
     *
     * @param level {@link Level#CORE} for loops that multiply
     * @param threads as many as were measured: 1 or those of the machine
     */
    public Optional<Peak> best(PeakLoop loop, Level level, int threads) {
        return peaks.stream()
                .filter(peak -> peak.loop() == loop && peak.level() == level && peak.threads() == threads)
                .max(Comparator.comparingDouble(Peak::median));
    }
}
