package dev.tegula.bench.timing;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Watches the CPUs' frequency during a measurement, and counts how often they were throttled. */
public final class ClockWatch {
    private final CpuClock clock;
    private final CpuClock.Counts begun;
    private final Map<String, Long> throttled = new TreeMap<>();
    private double least = Double.POSITIVE_INFINITY;
    private double most;
    private long counted;

    /** Begins to count. */
    public ClockWatch(CpuClock clock) {
        this.clock = clock;
        this.begun = clock.throttles();
    }

    /**
     * A side behind each slice of which the frequency is looked at: its threads have just worked.
     *
     * @param side whose figures stay what they are
     */
    public Turns.Side watched(Turns.Side side) {
        return () -> {
            double figure = side.slice();
            look();
            return figure;
        };
    }

    private void look() {
        OptionalDouble now = clock.megahertz();
        if (now.isPresent()) {
            least = Math.min(least, now.getAsDouble());
            most = Math.max(most, now.getAsDouble());
        }
    }

    /** A part of the measurement that begins now. */
    public final class Part {
        private final CpuClock.Counts before = clock.throttles();

        private Part() {}

        /**
         * Ends it.
         *
         * @param keys of the rows that were measured in it
         * @return times that the CPUs were throttled in it, at least
         */
        public long end(List<String> keys) {
            long times = clock.throttles().since(before);
            counted += times;
            if (times > 0) {
                keys.forEach(key -> throttled.merge(key, times, Long::sum));
            }
            return times;
        }
    }

    /** Begins a part. */
    public Part part() {
        return new Part();
    }

    /** What was seen until now. */
    public Clock facts() {
        if (most == 0) {
            look();
        }
        boolean seen = most > 0;
        CpuClock.Counts now = clock.throttles();
        return new Clock(clock.governor(), seen ? least : 0, most, clock.allowed().orElse(0), clock.able().orElse(0),
                seen ? "" : Clock.notVisible(clock.hidden()), Math.max(counted, now.since(begun)),
                now.counts().isEmpty() ? Clock.notVisible(clock.uncounted()) : "", throttled);
    }
}
