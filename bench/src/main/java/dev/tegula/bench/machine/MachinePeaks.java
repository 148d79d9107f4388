package dev.tegula.bench.machine;

import dev.tegula.bench.timing.Clock;
import java.util.List;

/**
 * What was measured of a machine.
 *
 * @param schema version of this form, {@link #SCHEMA}
 * @param date of the measurement, in UTC, as ISO 8601 has it
 * @param clock the CPUs' frequency meanwhile
 * @param peaks the rows
 * @param missing what is not among them, and why
 */
public record MachinePeaks(int schema, Machine machine, String date, Clock clock, List<Peak> peaks,
        List<String> missing) {
    /** The version that this program writes and reads. */
    static final int SCHEMA = 1;
    private static final double MOST_LOWER = 0.1;

    public MachinePeaks {
        peaks = List.copyOf(peaks);
        missing = List.copyOf(missing);
    }

    /**
     * These but for rows that were over a tenth higher in an earlier measurement: a machine has bad minutes, and what it once gave it can give.
     *
     * @param before of any machine; what another one, system or JVM gave says nothing here
     */
    MachinePeaks orHigherOf(MachinePeaks before) {
        if (!machine.equals(before.machine)) {
            return this;
        }
        List<Peak> higher = peaks.stream()
                .map(peak -> before.peaks.stream()
                        .filter(other -> other.isOf(peak) && other.median() > peak.median() * (1 + MOST_LOWER))
                        .findFirst()
                        .orElse(peak))
                .toList();
        return new MachinePeaks(schema, machine, date, clock, higher, missing);
    }
}
