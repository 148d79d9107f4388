package dev.tegula.bench.machine;

import java.util.List;

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
}
