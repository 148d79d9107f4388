package dev.tegula.bench.timing;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CPUs' frequency during a measurement, as far as the system shows it.
 *
 * @param governor who decides about it, an empty text where the system does not say
 * @param least MHz of the fastest CPU that were seen; 0 for none
 * @param most likewise
 * @param allowed MHz that the system lets a CPU have; 0 where it does not say
 * @param able MHz that a CPU can have; 0 where the system does not say
 * @param unseen what there is to say instead of a frequency, an empty text where there is one
 * @param throttles times that CPUs were slowed because of their heat, at least
 * @param uncounted what there is to say instead of that, an empty text where it was counted
 * @param throttled the same for the rows in which it happened, by their keys
 */
public record Clock(String governor, double least, double most, double allowed, double able, String unseen,
        long throttles, String uncounted, Map<String, Long> throttled) {
    /** Of measurements that were kept before all this was. */
    public static final Clock NOT_NOTED = new Clock("", 0, 0, 0, 0, "not noted", 0, "not noted", Map.of());

    public Clock {
        throttled = Collections.unmodifiableMap(new TreeMap<>(throttled));
    }

    static String notVisible(String reason) {
        return "not visible: " + reason;
    }

    /** The frequency in words. */
    public String frequency() {
        if (!unseen.isEmpty()) {
            return unseen;
        }
        StringBuilder text = new StringBuilder(number(least));
        if (!number(least).equals(number(most))) {
            text.append(" to ").append(number(most));
        }
        text.append(" MHz");
        if (allowed > 0) {
            text.append(" of ").append(number(allowed));
        }
        if (allowed < able) {
            text.append(" (the CPU's own maximum is ").append(number(able)).append(")");
        }
        return text + (governor.isEmpty() ? "" : ", governor " + governor);
    }

    /** Throttling in words. */
    public String throttling() {
        return !uncounted.isEmpty() ? uncounted : throttles == 0 ? "none" : times(throttles);
    }

    /** Times that something was counted, in words. */
    public static String times(long count) {
        return "at least " + (count == 1 ? "once" : count + " times");
    }

    private static String number(double megahertz) {
        return String.format(Locale.ROOT, "%.0f", megahertz);
    }
}
